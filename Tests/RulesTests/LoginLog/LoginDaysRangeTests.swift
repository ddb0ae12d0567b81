import Rules
import Testing

struct LoginDaysRangeTests {
  private let all = LoginDays(bits: .max)

  private func days(_ month: String, _ first: String, _ last: String) -> [String] {
    let month = Month(month)!
    let range = DayRange(CivilDay(first)!, through: CivilDay(last)!)!
    return all.within(range, of: month).days(of: month).map(\.description)
  }

  @Test func neitherEndIsADayTooMany() {
    #expect(days("2026-11", "2026-11-30", "2026-12-05") == ["2026-11-30"])
    #expect(days("2026-12", "2026-11-30", "2026-12-02") == ["2026-12-01", "2026-12-02"])
    #expect(days("2026-12", "2026-12-31", "2027-01-01") == ["2026-12-31"])
    #expect(days("2027-01", "2026-12-31", "2027-01-01") == ["2027-01-01"])
    #expect(days("2024-02", "2024-02-28", "2024-03-01") == ["2024-02-28", "2024-02-29"])
    #expect(days("2023-02", "2023-02-28", "2023-03-01") == ["2023-02-28"])
  }

  @Test func aMonthOutsideHasNone() {
    #expect(days("2026-10", "2026-11-01", "2026-11-30") == [])
    #expect(days("2026-12", "2026-11-01", "2026-11-30") == [])
  }

  @Test func bitsThatStandForNoDayOfTheMonthAreLeftOut() {
    #expect(days("2026-11", "2026-01-01", "2026-12-31").count == 30)
    #expect(days("2026-10", "2026-01-01", "2026-12-31").count == 31)
  }

  /// Every pair of ends around a leap day and a New Year, day by day.
  @Test func everyRangeIsThatOfItsDays() {
    for (start, length) in [("2024-02-25", 9), ("2023-12-28", 8)] {
      let first = CivilDay(start)!
      for from in 0..<length {
        for to in from..<length {
          let range = DayRange(first.advanced(by: from), through: first.advanced(by: to))!
          let cut = range.months.flatMap { all.within(range, of: $0).days(of: $0) }
          #expect(cut == (from...to).map { first.advanced(by: $0) })
        }
      }
    }
  }
}
