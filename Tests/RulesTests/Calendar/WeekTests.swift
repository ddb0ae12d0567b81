import Rules
import Testing

struct WeekTests {
  /// Source: ISO 8601-1:2019, and `date +%G-W%V`.
  @Test(arguments: [
    ("2026-11-20", "2026-W47"), ("2026-11-16", "2026-W47"), ("2026-11-22", "2026-W47"),
    ("2026-11-23", "2026-W48"), ("2027-01-03", "2026-W53"), ("2027-01-04", "2027-W01"),
    ("2025-12-29", "2026-W01"), ("2024-12-30", "2025-W01"), ("2021-01-01", "2020-W53"),
    ("1970-01-01", "1970-W01"), ("2000-01-02", "1999-W52"),
  ])
  func aDayLiesInTheWeekOfItsThursday(day: String, week: String) {
    #expect(Week(of: CivilDay(day)!).description == week)
  }

  @Test func everyWeekHasSevenDaysAndFollowsTheOneBefore() {
    var last = Week(of: CivilDay("1999-12-27")!)
    for index in last.firstDay.index..<last.firstDay.index + 10_000 {
      let week = Week(of: CivilDay(index: index))
      #expect(week.days.contains(CivilDay(index: index)))
      #expect(week.firstDay.weekday == 1 && week.days.last.weekday == 7)
      if week != last {
        #expect(last < week && last.days.last.advanced(by: 1) == week.firstDay)
        #expect(last.description < week.description)
        last = week
      }
    }
  }
}
