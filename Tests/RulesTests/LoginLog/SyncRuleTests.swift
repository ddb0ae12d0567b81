import Rules
import Testing

struct SyncRuleTests {
  @Test(
    arguments: [
      ("2026-11-01", ["2026-10", "2026-11"]), ("2026-11-02", ["2026-10", "2026-11"]),
      ("2026-11-07", ["2026-10", "2026-11"]), ("2026-11-08", ["2026-11"]),
      ("2026-11-09", ["2026-11"]), ("2026-11-30", ["2026-11"]), ("2026-10-31", ["2026-10"]),
      ("2026-12-31", ["2026-12"]), ("2027-01-01", ["2026-12", "2027-01"]),
      ("2027-01-07", ["2026-12", "2027-01"]), ("2027-01-08", ["2027-01"]),
      ("2028-02-29", ["2028-02"]), ("2028-03-01", ["2028-02", "2028-03"]),
    ])
  func beforeTheEighthTheMonthBeforeIsCarriedOverToo(asOf: String, months: [String]) throws {
    let day = try #require(CivilDay(asOf))
    #expect(SyncRule.months(asOf: day).map(\.description) == months)
  }

  @Test func everyDayIsCarriedOverByARunOnceAWeek() throws {
    // Whatever its weekday, the next weekly run comes one to seven days after a day.
    let first = try #require(CivilDay("2026-01-01"))
    for offset in 0..<800 {
      let day = first.advanced(by: offset)
      for delay in 1...7 where !SyncRule.months(asOf: day.advanced(by: delay)).contains(day.month) {
        Issue.record("\(day) is not carried over \(delay) days later")
      }
    }
  }
}
