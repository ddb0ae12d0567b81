import Rules
import Testing

struct LocalTimeTests {
  @Test(
    arguments: [
      // Skipped: the moment at which the clocks go on.
      ("Berlin, spring", "2026-03-29 02:30", "2026-03-29T01:00:00"),
      ("Berlin, spring", "2026-03-29 02:00", "2026-03-29T01:00:00"),
      ("Berlin, spring", "2026-03-29 01:59:59", "2026-03-29T00:59:59"),
      ("Berlin, spring", "2026-03-29 03:00", "2026-03-29T01:00:00"),
      ("Berlin, spring", "2026-03-29 03:30", "2026-03-29T01:30:00"),
      ("Lord Howe, half an hour on", "2026-10-04 02:10", "2026-10-03T15:30:00"),
      ("Beirut, midnight is skipped", "2026-03-29", "2026-03-28T22:00:00"),
      ("Apia, without 2011-12-30", "2011-12-30 12:00", "2011-12-30T10:00:00"),
      // Shown twice: the first of the two.
      ("Berlin, autumn", "2026-10-25 02:30", "2026-10-25T00:30:00"),
      ("Berlin, autumn", "2026-10-25 02:00", "2026-10-25T00:00:00"),
      ("Berlin, autumn", "2026-10-25 03:00", "2026-10-25T02:00:00"),
      ("Havana, midnight comes twice", "2026-11-01 00:15", "2026-11-01T04:15:00"),
      ("Casey, three hours back over midnight", "2010-03-04 23:30", "2010-03-04T12:30:00"),
      ("Troll, two hours back", "2026-10-25 01:00", "2026-10-24T23:00:00"),
      ("Kathmandu, which is 5:45 ahead", "2026-07-01 05:45", "2026-07-01T00:00:00"),
    ])
  func aTimeOnTheWallIsOneMoment(place: String, entered: String, utc: String) {
    #expect(Turn.at(place).clock.instant(reading: entered) == seconds(utc))
  }

  @Test(arguments: Turn.all)
  func whatIsShownIsReadAsTheSameMoment(turn: Turn) {
    for instant in stride(from: turn.instant - 90_000, to: turn.instant + 90_000, by: 613) {
      let text = turn.clock.text(of: instant)
      #expect(turn.clock.instant(reading: text) == instant, "\(text)")
    }
  }

  @Test func onlyTheSecondPassOfAnHourBearsItsDistanceFromUTC() {
    let clock = Turn.at("Berlin, autumn").clock
    #expect(clock.text(of: seconds("2026-10-25T00:30:00")) == "2026-10-25 02:30:00")
    #expect(clock.text(of: seconds("2026-10-25T01:30:00")) == "2026-10-25 02:30:00+01:00")
    #expect(clock.text(of: seconds("2026-10-25T02:00:00")) == "2026-10-25 03:00:00")
  }

  @Test(arguments: [
    ("2026-11-20T08:00:00Z", "2026-11-20T08:00:00"),
    ("2026-11-20 09:00+01:00", "2026-11-20T08:00:00"),
    ("2026-11-20 04:30-03:30", "2026-11-20T08:00:00"),
    ("2026-11-20 08:00Z", "2026-11-20T08:00:00"),
  ])
  func aTimeMayBringItsOwnDistanceFromUTC(entered: String, utc: String) {
    #expect(Turn.at("Berlin, autumn").clock.instant(reading: entered) == seconds(utc))
  }

  @Test(arguments: [
    "", "2026-11-20 ", "2026-11-20 9:00", "2026-11-20 24:00", "2026-11-20 09:60", "2026-02-30",
    "2026-11-20 09:00:61", "2026-11-20x09:00", "20.11.2026", "2026-11-20 09:00+1",
    "2026-11-20 09:00 Z", "2026-11-20 09", "2026-11-20+01:00x", "-1", "2026-11-20 09:00:00.5",
  ])
  func whatIsNoTimeIsRefused(entered: String) {
    #expect(LocalClock.utc.instant(reading: entered) == nil)
  }

  /// Half of the hour 02 is skipped on Lord Howe.
  @Test(
    arguments: [
      ("Berlin, spring", "2026-03-29T01", true), ("Berlin, spring", "2026-03-29T02", false),
      ("Berlin, spring", "2026-03-29T03", true), ("Berlin, autumn", "2026-10-25T02", true),
      ("Lord Howe, half an hour on", "2026-10-04T02", true),
      ("Beirut, midnight is skipped", "2026-03-29T00", false),
    ])
  func anHourThatTheClocksSkipIsShownByNone(place: String, hour: String, isShown: Bool) {
    #expect(Turn.at(place).clock.shows(LocalHour(hour)!) == isShown)
  }
}
