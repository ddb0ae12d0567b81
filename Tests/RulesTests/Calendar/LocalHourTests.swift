import Rules
import Testing

struct LocalHourTests {
  @Test(
    arguments: [
      ("2026-11-20T00", 0), ("2026-11-20T09", 9), ("2026-11-20T10", 10), ("2026-11-20T23", 23),
    ])
  func anHourIsReadAndWrittenWithTwoDigits(text: String, hour: Int) throws {
    let read = try #require(LocalHour(text))
    #expect(read.day == CivilDay("2026-11-20"))
    #expect(read.hour == hour)
    #expect(read.description == text)
  }

  @Test(
    arguments: [
      "", "2026-11-20", "2026-11-20T", "2026-11-20T9", "2026-11-20T24", "2026-11-20T99",
      "2026-11-20T-1", "2026-11-20T+1", "2026-11-20T 9", "2026-11-20T9 ", "2026-11-20 09",
      "2026-11-20t09", "2026-11-20T09:00", "2026-11-20T09Z", "2026-11-31T09", "2026-2-03T09",
      "1969-12-31T23", " 2026-11-20T09", "2026-11-20T0\u{669}", "2026-11-20\u{FF34}09",
    ])
  func anythingElseIsNoHour(text: String) {
    #expect(LocalHour(text) == nil)
  }

  @Test(arguments: [Int.min, -1, 24, Int.max])
  func aDayHasHours0To23(hour: Int) {
    #expect(LocalHour(day: CivilDay(index: 0), hour: hour) == nil)
  }

  @Test func hoursAreOrderedByDayThenByHour() throws {
    let texts = [
      "2026-11-19T00", "2026-11-19T23", "2026-11-20T00", "2026-11-20T09", "2027-01-01T00",
    ]
    let hours = try texts.map { try #require(LocalHour($0)) }
    #expect(hours.reversed().sorted() == hours)
    #expect(!(hours[0] < hours[0]))
  }
}
