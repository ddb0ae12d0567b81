import Rules
import Testing

struct DayRangeTests {
  private func made(_ first: String, _ last: String) -> DayRange? {
    DayRange(CivilDay(first)!, through: CivilDay(last)!)
  }

  @Test(arguments: [
    ("2026-11-20", "2026-11-20", 1, ["2026-11"]),
    ("2026-12-31", "2027-01-01", 2, ["2026-12", "2027-01"]),
    ("2024-02-01", "2024-03-01", 30, ["2024-02", "2024-03"]),
    ("2023-02-01", "2023-03-01", 29, ["2023-02", "2023-03"]),
    ("2025-11-30", "2026-02-01", 64, ["2025-11", "2025-12", "2026-01", "2026-02"]),
  ])
  func bothEndsBelongToIt(first: String, last: String, dayCount: Int, months: [String]) throws {
    let range = try #require(made(first, last))
    #expect(range.dayCount == dayCount)
    #expect(range.months.map(\.description) == months)
    for month in range.months { #expect(range.touches(month)) }
    #expect(!range.touches(range.first.month.previous))
    #expect(!range.touches(range.last.month.next))
  }

  @Test func itDoesNotEndBeforeItBegins() {
    #expect(made("2026-11-21", "2026-11-20") == nil)
  }

  @Test(arguments: [(2024, 366), (2026, 365), (2000, 366), (2100, 365), (9999, 365), (1970, 365)])
  func aYearHasAllItsDays(year: Int, dayCount: Int) throws {
    let range = try #require(DayRange(year: year))
    #expect(range.first.description == "\(year)-01-01")
    #expect(range.last.description == "\(year)-12-31")
    #expect(range.dayCount == dayCount)
  }

  @Test func yearsOfNoCalendarAreRefused() {
    #expect(DayRange(year: 1969) == nil)
    #expect(DayRange(year: 10_000) == nil)
  }

  @Test func aMonthEndsWithItsLastDay() {
    #expect(DayRange(Month("2024-02")!).last.description == "2024-02-29")
    #expect(DayRange(Month("2026-12")!).last.description == "2026-12-31")
  }

  @Test(
    arguments: [
      ("2026-11-16", "2026-11-16"), ("2026-11-21", "2026-11-16"), ("2026-11-22", "2026-11-16"),
      ("2026-11-23", "2026-11-23"), ("2026-01-01", "2025-12-29"), ("1970-01-05", "1970-01-05"),
    ])
  func aWeekGoesFromMondayToSunday(day: String, monday: String) {
    let week = DayRange(weekOf: CivilDay(day)!)
    #expect(week.first == CivilDay(monday)! && week.dayCount == 7)
    #expect(week.contains(week.first) && week.contains(week.last))
    #expect(!week.contains(week.last.advanced(by: 1)))
  }
}
