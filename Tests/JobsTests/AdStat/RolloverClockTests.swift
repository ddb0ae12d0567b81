import Jobs
import RedisClient
import RedisStore
import Rules
import TestServers
import Testing

/// What the clock does to a rollover: days of 23 and 25 hours, jumps, gaps, hours given by hand.
struct RolloverClockTests {
  /// Runs at every full hour and five minutes from local midnight to the next one, after one show each.
  private func day(from first: String, to last: String, zone: String) throws -> [String: String]? {
    let fixture = try AdStatFixture(at: first, zone: zone)
    let start = try FakeClock.seconds(first)
    let end = try FakeClock.seconds(last)
    for instant in stride(from: start + 3600, through: end, by: 3600) {
      try fixture.clock.set(to: instant)
      try fixture.count("a", shows: 1)
      #expect(fixture.rollOver().exitCode == 0)
    }
    #expect(fixture.observer.warnings.isEmpty)
    let local = fixture.context.clock.day(at: start)
    return try fixture.hash("a_day_show_\(local)")
  }

  @Test func aDayOf23HoursHasNoThirdHour() throws {
    let hours = try #require(
      try day(from: "2026-03-28 23:05:00", to: "2026-03-29 22:05:00", zone: "Europe/Berlin"))
    #expect(hours.count == 23 && hours["2"] == nil)
    #expect(hours.values.allSatisfy { $0 == "1" })
  }

  @Test func aDayOf25HoursCountsItsThirdHourTwice() throws {
    let hours = try #require(
      try day(from: "2026-10-24 22:05:00", to: "2026-10-25 23:05:00", zone: "Europe/Berlin"))
    #expect(hours.count == 24 && hours["2"] == "2")
    #expect(hours.values.compactMap { Int($0) }.reduce(0, +) == 25)
  }

  @Test func hoursBeginWhereTheZoneHasThem() throws {
    // 09:20 UTC is 15:05 in Kathmandu, five minutes after a full hour there.
    let fixture = try AdStatFixture(at: "2026-11-20 09:20:00", zone: "Asia/Kathmandu")
    try fixture.count("a", shows: 1)
    fixture.rollOver()
    #expect(try fixture.hash("a_day_show_2026-11-20") == ["14": "1"])
  }

  @Test func aGapIsReportedWithItsHours() throws {
    let fixture = try AdStatFixture(at: "2026-11-20 09:00:05")
    fixture.rollOver()
    try fixture.clock.set(to: "2026-11-20 10:00:05")
    fixture.rollOver()
    #expect(fixture.observer.warnings.isEmpty)
    try fixture.clock.set(to: "2026-11-20 13:00:05")
    try fixture.count("a", shows: 1)
    fixture.rollOver()
    #expect(fixture.observer.warnings.count == 1)
    #expect(
      fixture.observer.warnings.first?.hasPrefix(
        "no rollover ran for 2 hours: 2026-11-20T10, 2026-11-20T11;") == true)
    #expect(try fixture.hash("a_day_show_2026-11-20") == ["12": "1"])
  }

  @Test func anHourGivenByHandIsBookedUnderAndClosesNoHour() throws {
    let fixture = try AdStatFixture(at: "2026-11-20 12:00:05")
    try fixture.count("a", shows: 3)
    #expect(fixture.rollOver(hour: "2026-11-19T09").numbers == [1, 1, 0, 1, 0])
    #expect(try fixture.hash("a_day_show_2026-11-19") == ["9": "3"])
    #expect(try fixture.state("last_slot") == nil)
  }

  @Test func anHourThatHasNotBegunIsRefused() throws {
    let fixture = try AdStatFixture(at: "2026-11-20 12:00:05")
    try fixture.count("a", shows: 3)
    #expect(fixture.rollOver(hour: "2026-11-20T13").exitCode == 64)
    #expect(try fixture.value("a_show") == "3")
    #expect(fixture.rollOver(hour: "2026-11-20T12").exitCode == 0)
  }

  @Test func anHourOfASealedDayIsRefused() throws {
    let fixture = try AdStatFixture(at: "2026-11-20 12:00:05")
    fixture.rollOver()
    try fixture.send("HSET", "tally:adstat", "sealed", "2026-11-19")
    try fixture.count("a", shows: 3)
    let outcome = fixture.rollOver(hour: "2026-11-19T23")
    #expect(outcome.exitCode == 64)
    #expect(String(describing: outcome.failure).contains("sealed"))
    #expect(try fixture.value("a_show") == "3")
  }

  @Test func whenTheClockGoesBackIntoASealedDayCountersWaitForALaterHour() throws {
    let fixture = try AdStatFixture(at: "2026-11-21 00:30:00")
    fixture.rollOver()
    try fixture.send("HSET", "tally:adstat", "sealed", "2026-11-20")
    try fixture.clock.set(to: "2026-11-20 22:30:00")
    try fixture.count("a", shows: 4)
    let sealed = fixture.rollOver()
    #expect(sealed.numbers == [1, 0, 0, 0, 0] && sealed.exitCode == 0)
    #expect(fixture.observer.warnings.contains { $0.hasPrefix("1 live counter stays") })
    #expect(try fixture.value("a_show") == "4")
    try fixture.clock.set(to: "2026-11-21 01:30:00")
    fixture.rollOver()
    #expect(try fixture.hash("a_day_show_2026-11-21") == ["1": "4"])
    #expect(try fixture.hash("a_day_show_2026-11-20") == nil)
  }

  @Test func theHourIsTheOneOfRedisNotOfThisMachine() throws {
    // This machine's clock is the real one, years away or not.
    let fixture = try AdStatFixture(at: "2031-05-06 07:30:00")
    try fixture.count("a", shows: 1)
    fixture.rollOver()
    #expect(try fixture.hash("a_day_show_2031-05-06") == ["7": "1"])
  }
}
