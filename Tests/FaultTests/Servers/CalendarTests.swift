import Jobs
import Rules
import TestServers
import Testing

/// Days that have not 24 hours, hours that begin at odd minutes, and the minutes around midnight.
struct CalendarTests {
  struct Turn: Sendable, CustomTestStringConvertible {
    let zone: String
    let day: String
    let hours: Int
    /// Different hours of the clock: an hour that comes twice is one.
    let rows: Int
    var testDescription: String { "\(day) \(zone)" }
  }

  /// A rollover after every hour of the day, each with as many counts as the hour's number, from 1.
  @Test(arguments: [
    Turn(zone: "Europe/Berlin", day: "2026-03-29", hours: 23, rows: 23),
    Turn(zone: "Europe/Berlin", day: "2026-10-25", hours: 25, rows: 24),
    Turn(zone: "Asia/Kathmandu", day: "2026-11-20", hours: 24, rows: 24),
  ])
  func theTotalOfADayIsExactHoweverLongItIs(turn: Turn) throws {
    let site = try Site()
    let clock = try localClock(zone: turn.zone)
    let day = try #require(CivilDay(turn.day))
    var start = day.index * 86400
    while clock.day(at: start) >= day { start -= 900 }
    while clock.day(at: start) < day { start += 900 }
    for hour in 1...turn.hours {
      try site.clock.set(to: start + hour * 3600 + 5)
      try site.redis.run(["INCRBY", "A_show", "\(hour)"])
      #expect(try site.perform(.rollOver, zone: turn.zone).report.changed == 1)
    }
    #expect(clock.day(at: start + turn.hours * 3600) > day)
    try site.clock.set(to: start + turn.hours * 3600 + 2 * 3600)
    for _ in 1...2 {
      let output = try site.run(.archive, "--time-zone \(turn.zone)")
      #expect(output.exitCode == 0, "\(output.stderr)")
    }
    let sum = turn.hours * (turn.hours + 1) / 2
    #expect(
      try site.query("SELECT day, COUNT(*), SUM(show_count) FROM ad_ctr_hour GROUP BY day")
        == ["\(turn.day)\t\(turn.rows)\t\(sum)"])
    #expect(try site.keys() == ["tally:adstat"])
  }

  @Test func atMidnightTheHourThatEndedCountsAndAGapIsReported() throws {
    let site = try Site()
    try site.fill()
    #expect(try site.run(.rollOver).exitCode == 0)
    try site.redis.run(["INCRBY", "B_show", "2"])
    // cron fires a moment after the full hour.
    try site.setClock("2026-11-21 00:00:00")
    let onTime = try site.run(.rollOver)
    #expect(onTime.exitCode == 0)
    #expect(onTime.stderr.contains("2026-11-20T09"), "\(onTime.stderr)")
    #expect(try site.redis.run(["HGET", "B_day_show_2026-11-20", "23"]) == "2")
    // The next one is 59 minutes late: its counts stand under the hour of the move, and that is said.
    try site.redis.run(["INCRBY", "B_show", "3"])
    try site.setClock("2026-11-21 01:59:00")
    let late = try site.run(.rollOver)
    #expect(late.exitCode == 0)
    #expect(late.stderr.contains("2026-11-21T00"), "\(late.stderr)")
    #expect(try site.redis.run(["HGET", "B_day_show_2026-11-21", "1"]) == "3")
    try site.expectSettled(["A 5 1", "B 12 0"])
  }

  @Test func withoutZoneDataNothingIsGuessed() throws {
    let site = try Site()
    try site.fill()
    let fingerprint = try site.fingerprint()
    let empty = try PrivateFolder.make()
    defer { try? PrivateFolder.remove(empty) }
    for job in SiteJob.allCases {
      let output = try site.run(job, "--time-zone Europe/Berlin", ["TZDIR": empty])
      #expect(output.exitCode == 78, "\(job): \(output.stderr)")
      #expect(output.stderr.contains("HINT: The zone data are not installed"))
    }
    #expect(try site.fingerprint() == fingerprint)
    try site.expectSettled()
  }
}
