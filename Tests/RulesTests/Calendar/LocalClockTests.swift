import Rules
import Testing

struct LocalClockTests {
  @Test(
    arguments: [
      ("Berlin, spring", "2026-03-29T00:59:59", "2026-03-29T01"),
      ("Berlin, spring", "2026-03-29T01:00:00", "2026-03-29T03"),
      ("Berlin, autumn", "2026-10-25T00:59:59", "2026-10-25T02"),
      ("Berlin, autumn", "2026-10-25T01:00:00", "2026-10-25T02"),
      ("Berlin, autumn", "2026-10-25T02:00:00", "2026-10-25T03"),
      ("Kathmandu, which is 5:45 ahead", "2026-07-01T18:14:59", "2026-07-01T23"),
      ("Kathmandu, which is 5:45 ahead", "2026-07-01T18:15:00", "2026-07-02T00"),
      ("Lord Howe, half an hour back", "2026-04-04T14:59:59", "2026-04-05T01"),
      ("Lord Howe, half an hour back", "2026-04-04T15:29:59", "2026-04-05T01"),
      ("Lord Howe, half an hour back", "2026-04-04T15:30:00", "2026-04-05T02"),
      ("Apia, without 2011-12-30", "2011-12-30T09:59:59", "2011-12-29T23"),
      ("Apia, without 2011-12-30", "2011-12-30T10:00:00", "2011-12-31T00"),
      ("Havana, midnight comes twice", "2026-11-01T05:00:00", "2026-11-01T00"),
      ("St. John's, back at 00:01", "2010-11-07T02:30:59", "2010-11-07T00"),
      ("St. John's, back at 00:01", "2010-11-07T02:31:00", "2010-11-06T23"),
    ])
  func theHourIsTheOneOnTheWall(place: String, utc: String, hour: String) {
    let clock = Turn.at(place).clock
    #expect(clock.hour(at: seconds(utc)).description == hour)
    #expect(clock.day(at: seconds(utc)).description == hour.prefix(10))
  }

  @Test func timeBefore1970IsNamedToo() {
    #expect(LocalClock.utc.hour(at: -1).description == "1969-12-31T23")
    #expect(LocalClock.utc.span(of: -1) == -3600..<0)
  }

  @Test(
    arguments: [
      ("Berlin, spring", "2026-03-29", 23.0), ("Berlin, spring", "2026-03-28", 24),
      ("Berlin, autumn", "2026-10-25", 25), ("Berlin, autumn", "2026-10-26", 24),
      ("Kathmandu, which is 5:45 ahead", "2026-07-01", 24),
      ("Lord Howe, half an hour on", "2026-10-04", 23.5),
      ("Lord Howe, half an hour back", "2026-04-05", 24.5),
      ("Chatham, spring", "2026-09-27", 23), ("Chatham, autumn", "2026-04-05", 25),
      ("Apia, without 2011-12-30", "2011-12-29", 24),
      ("Apia, without 2011-12-30", "2011-12-30", 0),
      ("Apia, without 2011-12-30", "2011-12-31", 24),
      ("Beirut, midnight is skipped", "2026-03-29", 23),
      ("Beirut, back at midnight", "2026-10-24", 25),
      ("Havana, midnight is skipped", "2026-03-08", 23),
      ("Havana, midnight comes twice", "2026-11-01", 25),
      ("Troll, two hours back", "2026-10-25", 26),
      ("Monrovia, 44 minutes and a half on", "1972-01-07", 23.0 + 15.5 / 60),
      // The last minute of this day lies inside the next one: from midnight to midnight, 25 hours.
      ("St. John's, back at 00:01", "2010-11-06", 25),
    ])
  func aDayLastsFromItsStartToItsEnd(place: String, text: String, hours: Double) throws {
    let clock = Turn.at(place).clock
    let day = try #require(CivilDay(text))
    #expect(clock.end(of: day) - clock.start(of: day) == Int(hours * 3600))
  }

  @Test func aDayThatWasSkippedStartsWhereTheNextOneDoes() throws {
    let clock = Turn.at("Apia, without 2011-12-30").clock
    let skipped = try #require(CivilDay("2011-12-30"))
    #expect(clock.start(of: skipped) == seconds("2011-12-30T10:00:00"))
    #expect(clock.start(of: skipped.advanced(by: 1)) == seconds("2011-12-30T10:00:00"))
    #expect(clock.end(of: skipped) == seconds("2011-12-30T10:00:00"))
  }

  @Test func aDayThatComesBackEndsAfterTheNextOneHasBegun() throws {
    let clock = Turn.at("St. John's, back at 00:01").clock
    let day = try #require(CivilDay("2010-11-06"))
    #expect(clock.start(of: day.advanced(by: 1)) == seconds("2010-11-07T02:30:00"))
    #expect(clock.end(of: day) == seconds("2010-11-07T03:30:00"))
  }

  /// Every clock here is set at a full half minute, so looking that often misses nothing.
  @Test(arguments: Turn.all)
  func daysStartAndEndWhereWatchingTheWallSaysSo(turn: Turn) {
    let watched = stride(
      from: (turn.days.lowerBound.index - 2) * 86_400,
      to: (turn.days.upperBound.index + 3) * 86_400, by: 30
    ).map { ($0, turn.clock.day(at: $0)) }
    var day = turn.days.lowerBound
    while day <= turn.days.upperBound {
      #expect(turn.clock.start(of: day) == watched.first { $0.1 >= day }?.0)
      #expect(turn.clock.end(of: day) == watched.last { $0.1 <= day }.map { $0.0 + 30 })
      day = day.advanced(by: 1)
    }
  }

  @Test(arguments: [1, 1800, 3598, 3599])
  func clocksSetWithinAnHourCutItInTwo(second: Int) {
    let (start, turn, end) = (36_000, 36_000 + second, 39_600)
    let clock = LocalClock { $0 < turn ? 0 : 7200 }
    #expect(clock.span(of: start) == start..<turn)
    #expect(clock.span(of: turn - 1) == start..<turn)
    #expect(clock.span(of: turn) == turn..<end)
    #expect(clock.span(of: end - 1) == turn..<end)
  }

  @Test(arguments: Turn.all)
  func aSpanIsTheRunOfSecondsWithOneNameAndOneOffset(turn: Turn) {
    let watched = turn.instant - 9000..<turn.instant + 9000
    func face(_ instant: Int) -> [Int] {
      let offset = turn.clock.utcOffsetSeconds(instant)
      return [offset, (instant + offset) / 3600]
    }
    var edges = watched.dropFirst().filter { face($0) != face($0 - 1) }
    var wrong: [Int] = []
    var start = edges.removeFirst()
    for end in edges {
      wrong += (start..<end).filter { turn.clock.span(of: $0) != start..<end }
      start = end
    }
    #expect(edges.count >= 4)
    #expect(wrong == [])
  }
}
