import Rules
import Testing

struct CivilDayTests {
  @Test func everyDayUntil2200IsWhatCountingDayByDayGives() {
    var wrong: [String] = []
    var naive = NaiveDay()
    var index = 0
    while naive.year <= 2200 {
      let day = CivilDay(index: index)
      let agrees =
        day.description == naive.text && day.month.description == naive.text.prefix(7)
        && day.dayOfMonth == naive.day && day.weekday == naive.weekday
        && day.month.dayCount == naive.daysInMonth && CivilDay(naive.text) == day
        && CivilDay(year: naive.year, month: naive.month, day: naive.day) == day
      if !agrees { wrong.append(naive.text) }
      naive.advance()
      index += 1
    }
    #expect(wrong == [])
    #expect(index == 84_371)
  }

  @Test(
    arguments: [
      "", "2026-2-3", "2026-02-3", "2026-2-03", "2026-02-30", "2026-02-29", "2100-02-29",
      "2026-11-31", "2026-02-00", "2026-00-01", "2026-13-01", "2026-02-99", " 2026-02-03",
      "2026-02-03 ", "2026-02-03\n", "2026-02-03\0", "2026-02-03T", "2026-02-03T04", "20260203",
      "2026/02/03", "2026-02/03", "2026-02 03", "03-02-2026", "26-02-03", "02026-02-03",
      "1969-12-31", "0000-00-00", "10000-01-01", "10000-1-01", "-026-02-03", "+026-02-03",
      "2026-02--3", "2026-02-+3", "2026-02-0a", "today", "2026-02-0\u{663}", "2026-02-\u{FF10}3",
      "2026-0\u{B2}-03", "\u{662}\u{660}26-02-03", "2026\u{2010}02-03", "2026-02-03\u{301}",
      "\u{FEFF}2026-02-03",
    ])
  func anythingButADayInTenCharactersIsRefused(text: String) {
    #expect(CivilDay(text) == nil)
  }

  @Test(arguments: ["1970-01-01", "2000-02-29", "2026-02-03", "2028-02-29", "9999-12-31"])
  func aDayIsReadAndWrittenTheSame(text: String) {
    #expect(CivilDay(text)?.description == text)
  }

  @Test(
    arguments: [
      (1969, 12, 31), (10_000, 1, 1), (2026, 2, 29), (2026, 4, 31), (2026, 1, 0), (2026, 1, -1),
      (2026, 0, 1), (2026, 13, 1), (2026, 1, Int.max),
    ])
  func theCalendarHasNoSuchDay(year: Int, month: Int, day: Int) {
    #expect(CivilDay(year: year, month: month, day: day) == nil)
  }

  @Test func aSliceOfBytesIsReadFromItsOwnStart() {
    let key = Array("a_day_show_2026-02-03".utf8)
    #expect(CivilDay(bytes: key[11...]) == CivilDay("2026-02-03"))
    #expect(CivilDay(bytes: key[10..<20]) == nil)
    #expect(CivilDay(bytes: []) == nil)
  }

  @Test(arguments: [
    (-1, "1969-12-31", 3), (-719_468, "0000-03-01", 3), (2_932_896, "9999-12-31", 5),
  ])
  func daysFarAwayHaveTheirNamesToo(index: Int, text: String, weekday: Int) {
    #expect(CivilDay(index: index).description == text)
    #expect(CivilDay(index: index).weekday == weekday)
  }

  @Test func daysAreCountedAndOrdered() throws {
    let day = try #require(CivilDay("2028-02-28"))
    #expect(day.advanced(by: 2) == CivilDay("2028-03-01"))
    #expect(day.advanced(by: -59) == CivilDay("2027-12-31"))
    #expect(day < day.advanced(by: 1))
    #expect(!(day < day))
  }
}

/// A calendar that knows nothing but how to go one day on.
private struct NaiveDay {
  var year = 1970
  var month = 1
  var day = 1
  /// 1970-01-01 was a Thursday.
  var weekday = 4

  var daysInMonth: Int {
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
  }

  var text: String { "\(year)-\(month < 10 ? "0" : "")\(month)-\(day < 10 ? "0" : "")\(day)" }

  mutating func advance() {
    weekday = weekday % 7 + 1
    day += 1
    if day > daysInMonth { (day, month) = (1, month + 1) }
    if month > 12 { (month, year) = (1, year + 1) }
  }
}
