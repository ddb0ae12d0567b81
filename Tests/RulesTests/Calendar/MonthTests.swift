import Rules
import Testing

struct MonthTests {
  @Test(
    arguments: [
      ("1970-01", 1970, 1), ("2026-02", 2026, 2), ("2026-12", 2026, 12), ("9999-12", 9999, 12),
    ])
  func aMonthIsReadAndWrittenWithTwoDigits(text: String, year: Int, month: Int) throws {
    let read = try #require(Month(text))
    #expect(read.year == year)
    #expect(read.month == month)
    #expect(read == Month(year: year, month: month))
    #expect(read.description == text)
  }

  @Test(
    arguments: [
      "", "-", "2026", "2026-", "2026-2", "2026-00", "2026-13", "2026-99", "2026-1a", "2026-+1",
      "2026- 2", "2026--2", "2026/02", "202602", "26-02", "02026-2", "2026-02-", "2026-02 ",
      " 2026-02", "+026-02", "-026-02", "0x26-02", "1969-12", "0000-01", "10000-01", "99999-1",
      "2026\u{2010}02", "2026-\u{660}\u{662}", "2026-\u{FF10}2", "2026-0\u{B2}", "2026-02\u{301}",
      "2026-02\0", "2026-02\n",
    ])
  func anythingElseIsNoMonth(text: String) {
    #expect(Month(text) == nil)
  }

  @Test(arguments: [(1969, 12), (10_000, 1), (2026, 0), (2026, 13), (2026, -1), (Int.min, 1)])
  func yearsFrom1970To9999HaveTwelveMonths(year: Int, month: Int) {
    #expect(Month(year: year, month: month) == nil)
  }

  @Test(arguments: [("2026-11", "2026-12"), ("2026-12", "2027-01"), ("1999-12", "2000-01")])
  func oneMonthFollowsTheOther(text: String, following: String) throws {
    let month = try #require(Month(text))
    let next = try #require(Month(following))
    #expect(month.next == next)
    #expect(next.previous == month)
    #expect(month < next)
    #expect(!(next < month))
  }

  @Test func theMonthBeforeTheFirstOneStillHasAName() throws {
    #expect(try #require(Month("1970-01")).previous.description == "1969-12")
  }

  @Test func aSliceOfBytesIsReadFromItsOwnStart() {
    let key = Array("loginLog_2026-02_member_7".utf8)
    #expect(Month(bytes: key[9..<16]) == Month("2026-02"))
    #expect(Month(bytes: key[8..<15]) == nil)
    #expect(Month(bytes: []) == nil)
  }

  @Test(
    arguments: [
      ("2026-01", 31), ("2026-02", 28), ("2028-02", 29), ("2000-02", 29), ("2100-02", 28),
      ("2200-02", 28), ("2400-02", 29), ("2026-04", 30), ("2026-11", 30), ("9999-12", 31),
    ])
  func aMonthHas28To31Days(text: String, dayCount: Int) throws {
    let month = try #require(Month(text))
    #expect(month.dayCount == dayCount)
    #expect(month.firstDay.description == "\(text)-01")
  }
}
