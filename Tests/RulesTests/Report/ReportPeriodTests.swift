import Rules
import Testing

struct ReportPeriodTests {
  @Test(arguments: [
    (ReportPeriod.today, "2026-11-20", "2026-11-20"), (.yesterday, "2026-11-19", "2026-11-19"),
    (.days(7), "2026-11-14", "2026-11-20"), (.days(30), "2026-10-22", "2026-11-20"),
    (.days(1), "2026-11-20", "2026-11-20"), (.month, "2026-11-01", "2026-11-20"),
    (.year, "2026-01-01", "2026-11-20"),
    (.range(DayRange(CivilDay("2025-12-31")!)), "2025-12-31", "2025-12-31"),
  ])
  func aPeriodIsTheseDays(period: ReportPeriod, first: String, last: String) {
    let days = period.days(asOf: CivilDay("2026-11-20")!)
    #expect("\(days.first) \(days.last)" == "\(first) \(last)")
  }

  @Test func theFirstDayOfAYearIsItsWholeMonthAndYearSoFar() {
    let newYear = CivilDay("2027-01-01")!
    for period in [ReportPeriod.month, .year] {
      #expect(period.days(asOf: newYear) == DayRange(newYear))
    }
    #expect("\(ReportPeriod.yesterday.days(asOf: newYear).first)" == "2026-12-31")
  }

  @Test func aRowOfTimeIsCutToTheDaysThatWereAskedFor() {
    let range = DayRange(CivilDay("2026-11-18")!, through: CivilDay("2026-12-02")!)!
    func days(_ grouping: ReportGrouping, _ day: String) -> String {
      let days = grouping.key(of: LocalHour(day: CivilDay(day)!, hour: 5)!)!.days(of: range)
      return "\(days.first) \(days.last)"
    }
    #expect(days(.hour, "2026-11-20") == "2026-11-20 2026-11-20")
    #expect(days(.week, "2026-11-20") == "2026-11-18 2026-11-22")
    #expect(days(.week, "2026-11-25") == "2026-11-23 2026-11-29")
    #expect(days(.month, "2026-11-30") == "2026-11-18 2026-11-30")
    #expect(days(.month, "2026-12-01") == "2026-12-01 2026-12-02")
    #expect(ReportGrouping.code.key(of: LocalHour(day: range.first, hour: 0)!) == nil)
  }
}
