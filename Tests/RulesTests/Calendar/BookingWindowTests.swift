import Rules
import Testing

struct BookingRuleTests {
  @Test(
    arguments: [
      (15, "2026-11-20T09:59:59", "2026-11-20T09"), (15, "2026-11-20T10:00:00", "2026-11-20T09"),
      (15, "2026-11-20T10:14:59", "2026-11-20T09"), (15, "2026-11-20T10:15:00", "2026-11-20T10"),
      (15, "2026-11-20T10:59:59", "2026-11-20T10"), (15, "2026-11-20T00:00:00", "2026-11-19T23"),
      (15, "2026-11-20T00:14:59", "2026-11-19T23"), (15, "2026-11-20T00:15:00", "2026-11-20T00"),
      (0, "2026-11-20T09:59:59", "2026-11-20T09"), (0, "2026-11-20T10:00:00", "2026-11-20T10"),
      (0, "2026-11-20T00:00:00", "2026-11-20T00"),
      (59, "2026-11-20T10:00:00", "2026-11-20T09"), (59, "2026-11-20T10:58:59", "2026-11-20T09"),
      (59, "2026-11-20T10:59:00", "2026-11-20T10"), (59, "2027-01-01T00:58:59", "2026-12-31T23"),
    ])
  func withinTheGraceTimeTheHourThatEndedIsBooked(grace: Int, utc: String, hour: String) {
    let window = BookingRule(clock: .utc, graceMinutes: grace).window(at: seconds(utc))
    #expect(window.hour.description == hour)
    #expect(window.span.contains(seconds(utc)))
    #expect(window.span.count == 3600)
  }

  @Test func theGraceTimeIsAQuarterOfAnHour() {
    #expect(BookingRule(clock: .utc).graceSeconds == 900)
  }

  @Test(arguments: [(1, 1), (2, 2), (3, 3), (50, 50), (0, 1)])
  func asManyWindowsAsAskedForAndAtLeastTheCurrentOne(count: Int, expected: Int) {
    let rule = BookingRule(clock: .utc)
    let now = seconds("2026-11-20T10:00:00")
    let windows = rule.windows(at: now, count: count)
    #expect(windows.count == expected)
    #expect(windows[0] == rule.window(at: now))
  }

  @Test(arguments: Turn.all, [0, 15, 59])
  func windowsFollowEachOtherAndEveryInstantLiesInItsOwn(turn: Turn, grace: Int) {
    let rule = BookingRule(clock: turn.clock, graceMinutes: grace)
    let windows = rule.windows(at: turn.instant - 6 * 3600, count: 14)
    for (one, next) in zip(windows, windows.dropFirst()) {
      #expect(one.span.upperBound == next.span.lowerBound)
    }
    var wrong: [Int] = []
    for window in windows {
      let hourAgo = { turn.clock.hour(at: $0 - rule.graceSeconds) }
      wrong += stride(from: window.span.lowerBound, to: window.span.upperBound, by: 61).filter {
        rule.window(at: $0) != window || hourAgo($0) != window.hour
      }
      let last = window.span.upperBound - 1
      if rule.window(at: last) != window || hourAgo(last) != window.hour { wrong.append(last) }
    }
    #expect(wrong == [])
  }

  @Test(
    arguments: [
      ("Berlin, spring", "2026-03-29", [2: 0]), ("Berlin, autumn", "2026-10-25", [2: 7200]),
      ("Kathmandu, which is 5:45 ahead", "2026-07-01", [:]),
      ("Lord Howe, half an hour on", "2026-10-04", [2: 1800]),
      ("Lord Howe, half an hour back", "2026-04-05", [1: 5400]),
      ("Chatham, spring", "2026-09-27", [2: 2700, 3: 900]),
      ("Chatham, autumn", "2026-04-05", [2: 4500, 3: 6300]),
      ("Beirut, midnight is skipped", "2026-03-29", [0: 0]),
      ("Beirut, back at midnight", "2026-10-24", [23: 7200]),
      ("Havana, midnight comes twice", "2026-11-01", [0: 7200]),
      ("St. John's, back at 00:01", "2010-11-06", [23: 3600 + 3540]),
      ("St. John's, back at 00:01", "2010-11-07", [0: 3660]),
      ("Troll, two hours back", "2026-10-25", [1: 7200, 2: 7200]),
    ] as [(String, String, [Int: Int])])
  func theHoursOfADayAddUpToItsLength(
    place: String, text: String, unusual: [Int: Int]
  ) throws {
    let day = try #require(CivilDay(text))
    let rule = BookingRule(clock: Turn.at(place).clock)
    let windows = rule.windows(at: (day.index - 1) * 86_400, count: 80)
    var booked: [Int: Int] = [:]
    for window in windows where window.hour.day == day {
      booked[window.hour.hour, default: 0] += window.span.count
    }
    let usual = Dictionary(uniqueKeysWithValues: (0..<24).map { ($0, 3600) })
    #expect(booked == usual.merging(unusual) { $1 }.filter { $0.value > 0 })
  }

  @Test(arguments: Turn.all, [0, 15, 59])
  func nothingIsBookedUnderADayAfterItsEndOfBooking(turn: Turn, grace: Int) {
    let rule = BookingRule(clock: turn.clock, graceMinutes: grace)
    let windows = rule.windows(at: (turn.days.lowerBound.index - 2) * 86_400, count: 24 * 13)
    var day = turn.days.lowerBound
    while day <= turn.days.upperBound {
      let last = windows.last { $0.hour.day <= day }
      #expect(rule.endOfBooking(for: day) == last?.span.upperBound)
      day = day.advanced(by: 1)
    }
  }

  @Test func aDayMayBeSealedOnceItsGraceTimeIsOver() throws {
    let day = try #require(CivilDay("2026-11-20"))
    #expect(BookingRule(clock: .utc).endOfBooking(for: day) == seconds("2026-11-21T00:15:00"))
  }
}

struct MissedHoursTests {
  private static let rule = BookingRule(clock: .utc)

  @Test(
    arguments: [
      // A run on the hour every hour: it closes the hour before.
      ("2026-11-20T09:00:00", "2026-11-20T11:00:00", []),
      ("2026-11-20T09:00:00", "2026-11-20T10:00:30", []),
      ("2026-11-20T09:00:00", "2026-11-20T11:14:59", []),
      ("2026-11-20T09:00:00", "2026-11-20T11:15:00", ["2026-11-20T10"]),
      ("2026-11-20T09:59:59", "2026-11-20T12:00:00", ["2026-11-20T10"]),
      ("2026-11-20T22:00:00", "2026-11-21T02:00:00", ["2026-11-20T23", "2026-11-21T00"]),
      // A clock that went back misses nothing.
      ("2026-11-20T09:00:00", "2026-11-20T02:00:00", []),
      ("2026-11-20T09:00:00", "1970-01-01T00:00:00", []),
    ] as [(String, String, [String])])
  func hoursBetweenTwoRollovers(last: String, now: String, hours: [String]) {
    let missed = Self.rule.missedHours(since: seconds(last), now: seconds(now))
    #expect(missed.hours.map(\.description) == hours)
    #expect(missed.count == hours.count)
  }

  @Test(arguments: [(100, 48, 48), (48, 48, 48), (47, 48, 47), (100, 0, 0), (100, 1, 1)])
  func atMostTheLimitIsListedAndAllAreCounted(gap: Int, limit: Int, listed: Int) {
    let last = seconds("2026-11-20T09:00:00")
    let missed = Self.rule.missedHours(
      since: last, now: last + (gap + 2) * 3600, limit: limit)
    #expect(missed.count == gap)
    #expect(missed.hours.count == listed)
    #expect(missed.hours.first == (listed > 0 ? LocalHour("2026-11-20T10") : nil))
  }

  @Test func aGapOfDecadesIsCountedAndNotWalked() {
    let missed = Self.rule.missedHours(since: 0, now: seconds("2026-01-01T01:00:00"))
    #expect(missed.count == 56 * 365 * 24 + 14 * 24 - 1)
    #expect(missed.hours.count == 48)
  }

  @Test(
    arguments: [
      // From 00 to 04 on the wall: three hours between, two where 02 is skipped, three where 02
      // comes twice.
      ("Berlin, spring", "2026-03-28T23:00:00", "2026-03-29T03:00:00", [1, 3]),
      ("Berlin, autumn", "2026-10-24T22:00:00", "2026-10-25T04:00:00", [1, 2, 3]),
      // Between two runs of a repeated hour, and between one and the hour after, none is missed.
      ("Berlin, autumn", "2026-10-24T23:00:00", "2026-10-25T02:00:00", []),
      ("Berlin, autumn", "2026-10-25T00:00:00", "2026-10-25T03:00:00", []),
      ("Lord Howe, half an hour back", "2026-04-04T13:00:00", "2026-04-04T15:30:00", []),
      ("Troll, two hours back", "2026-10-24T22:00:00", "2026-10-25T04:00:00", [1, 2]),
    ] as [(String, String, String, [Int])])
  func anHourThatTheClocksShowedTwiceIsOne(
    place: String, last: String, now: String, hours: [Int]
  ) {
    let rule = BookingRule(clock: Turn.at(place).clock)
    let missed = rule.missedHours(since: seconds(last), now: seconds(now))
    #expect(missed.hours.map(\.hour) == hours)
    #expect(missed.count == hours.count)
  }
}
