import MySQLClient
import RedisClient
import RedisStore
import Rules
import TestServers
import Testing

@testable import Jobs

/// How the system is doing, at a time that the test sets. 2026-11-20 is a Friday.
struct StatusTests {
  private func report(_ fixture: AdStatFixture, at instant: String) throws -> StatusReport {
    var context = fixture.context
    context.now = try FakeClock.seconds(instant)
    var status = Status()
    status.cronClock = .utc
    return try status.report(in: context)
  }

  /// All four jobs ran when they were due.
  private func wellKept(_ flavor: MySQLServer.Flavor) throws -> AdStatFixture {
    let fixture = try AdStatFixture(at: "2026-11-20 09:00:05", flavor)
    try fixture.query("UPDATE tally_schema SET applied_at = '2026-10-01 00:00:00'")
    try fixture.count("a", shows: 7)
    fixture.rollOver()
    for (job, at) in [
      ("adstat archive-day", "2026-11-20 02:10:01"), ("loginlog sync-week", "2026-11-16 03:30:01"),
      ("loginlog expire", "2026-11-16 04:30:01"),
    ] { try ran(fixture, job, at: at) }
    return fixture
  }

  private func ran(
    _ fixture: AdStatFixture, _ job: String, at instant: String, exitCode: Int = 0
  ) throws {
    try fixture.query(
      """
      INSERT INTO tally_run (job, started_at, finished_at, seconds, host, version, exit_code, found,
        changed, unchanged, forgotten, rejected, message)
      VALUES ('\(job)', '\(instant)', '\(instant)', 1, 'h', '1', \(exitCode), 0, 0, 0, 0, 0, '')
      """)
  }

  @Test(arguments: MySQLServer.available)
  func whereEveryJobRanNothingIsLate(flavor: MySQLServer.Flavor) throws {
    let fixture = try wellKept(flavor)
    let report = try report(fixture, at: "2026-11-20 10:20:00")
    #expect(report.late == [])
    #expect(report.status == .done)
    #expect(report.jobs.map(\.isLate) == [false, false, false, false, false])
    #expect(
      report.jobs.map { LocalClock.utc.text(of: $0.nextDue) } == [
        "2026-11-20 11:00:00", "2026-11-21 02:10:00", "2026-11-21 02:40:00", "2026-11-23 03:30:00",
        "2026-11-23 04:30:00",
      ])
    #expect(report.jobs[1].lastSuccess == (try FakeClock.seconds("2026-11-20 02:10:01")))
  }

  @Test(
    arguments: MySQLServer.available,
    [
      // The last one closed the hour 08.
      ("2026-11-20 10:29:59", [false, false, false, false, false]),
      ("2026-11-20 10:30:00", [true, false, false, false, false]),
      ("2026-11-21 05:09:59", [true, false, false, false, false]),
      ("2026-11-21 05:10:00", [true, true, false, false, false]),
      ("2026-11-23 09:30:00", [true, true, false, true, false]),
      ("2026-11-23 10:30:00", [true, true, false, true, true]),
    ])
  func aJobThatDidNotRunIsLateOncePatienceIsOver(
    flavor: MySQLServer.Flavor, expected: (String, [Bool])
  ) throws {
    let report = try report(try wellKept(flavor), at: expected.0)
    #expect(report.jobs.map(\.isLate) == expected.1)
    #expect(report.status == (expected.1.contains(true) ? .late : .done))
  }

  @Test(arguments: MySQLServer.available)
  func aRunThatFailedIsNoSuccess(flavor: MySQLServer.Flavor) throws {
    let fixture = try wellKept(flavor)
    try ran(fixture, "loginlog expire", at: "2026-11-23 04:30:00", exitCode: 74)
    try ran(fixture, "loginlog sync-week", at: "2026-11-23 03:30:00", exitCode: 65)
    let report = try report(fixture, at: "2026-11-23 12:00:00")
    #expect(report.jobs.map(\.isLate) == [true, true, false, false, true])
    #expect(report.jobs[4].lastExitCode == 74)
    #expect(
      report.late.contains { $0.hasPrefix("loginlog expire: was due at 2026-11-23 04:30:00") })
  }

  @Test(arguments: MySQLServer.available)
  func aNewInstallationOwesNothingFromBeforeItsTime(flavor: MySQLServer.Flavor) throws {
    let fixture = try AdStatFixture(at: "2026-11-20 09:00:05", flavor)
    try fixture.query("UPDATE tally_schema SET applied_at = '2026-11-20 08:50:00'")
    #expect(try report(fixture, at: "2026-11-20 09:20:00").status == .done)
    #expect(try report(fixture, at: "2026-11-20 09:30:00").jobs.map(\.isLate)[0])
  }

  @Test(arguments: MySQLServer.available)
  func whatWaitsInRedisIsCounted(flavor: MySQLServer.Flavor) throws {
    let fixture = try wellKept(flavor)
    try fixture.count("a", shows: 5, clicks: 2)
    try fixture.send("SET", "zero_show", "0")
    try fixture.send("SET", "bad_show", "1.5")
    try fixture.send("RPUSH", "list_click", "1")
    for key in ["2026-11_app_1", "2026-11_app_2", "2026-08_app_1"] {
      try fixture.send("SETBIT", "loginLog_\(key)", "3", "1")
    }
    let today = try report(fixture, at: "2026-11-20 10:20:00")
    let backlog = try #require(today.backlog)
    #expect((backlog.liveCounters, backlog.liveCounts) == (2, 7))
    #expect(backlog.malformedCounters == 2)
    #expect(backlog.dayHashes == [CivilDay("2026-11-20")!: 1])
    #expect(backlog.bitmaps == [Month("2026-11")!: 2, Month("2026-08")!: 1])
    #expect(today.unarchivedDays == [])
    let later = try report(fixture, at: "2026-11-22 12:00:00")
    #expect(later.unarchivedDays == [CivilDay("2026-11-20")!])
    #expect(later.late.contains("1 closed day is not archived, the oldest 2026-11-20"))
  }

  /// Nothing seals a day of sketches: the history tells whether a run has met it.
  @Test(arguments: MySQLServer.available)
  func sketchesOfClosedDaysAreOwedToTheirArchive(flavor: MySQLServer.Flavor) throws {
    let fixture = try wellKept(flavor)
    try fixture.send("PFADD", "a_uv_2026-11-20", "x")
    try fixture.send("SET", "cpc:a_2026-11-19", "not even a sketch")
    try fixture.send("SET", "cpc:no-day", "x")
    // The last one was due when the program was not there yet.
    try fixture.query("UPDATE tally_schema SET applied_at = '2026-11-20 03:00:00'")
    let first = try report(fixture, at: "2026-11-20 10:20:00")
    #expect(first.late == [])
    #expect(
      first.backlog?.daySketches == [CivilDay("2026-11-20")!: 1, CivilDay("2026-11-19")!: 1])
    #expect(first.closedSketchDays == [CivilDay("2026-11-19")!])
    #expect(!first.areSketchesArchived(of: CivilDay("2026-11-19")!))
    let next = try report(fixture, at: "2026-11-21 05:40:00")
    #expect(next.jobs[2].isLate)
    #expect(
      next.late.contains(
        "cpc archive-day: was due at 2026-11-21 02:40:00, last success unknown"))
    try ran(fixture, "cpc archive-day", at: "2026-11-21 02:40:02")
    let after = try report(fixture, at: "2026-11-21 05:40:00")
    #expect(!after.jobs[2].isLate)
    #expect(after.closedSketchDays.map { after.areSketchesArchived(of: $0) } == [true, true])
    #expect(!after.areSketchesArchived(of: CivilDay("2026-11-21")!))
    // Who keeps none owes no run.
    try fixture.send("DEL", "a_uv_2026-11-20", "cpc:a_2026-11-19")
    #expect(try report(fixture, at: "2026-11-25 05:40:00").jobs[2].isLate == false)
  }

  @Test(arguments: MySQLServer.available)
  func codesThatTheCatalogueDoesNotHaveAreNamed(flavor: MySQLServer.Flavor) throws {
    let fixture = try wellKept(flavor)
    // Without a catalogue there is nothing to miss in it.
    #expect(try report(fixture, at: "2026-11-20 10:20:00").unknownCodes == nil)
    try fixture.query(
      """
      INSERT INTO ad_image (code, name, url, removed, create_time, update_time)
      VALUES ('a', 'a', 'u', 1, '2026-01-01', '2026-01-01')
      """)
    for number in 10..<25 { try fixture.count("c\(number)", shows: 1, clicks: 1) }
    let codes = try #require(try report(fixture, at: "2026-11-20 10:20:00").unknownCodes)
    #expect(codes.count == 15)
    #expect(codes.named.count == 10)
    #expect(codes.named.allSatisfy { $0.bytes.first == UInt8(ascii: "c") })
  }

  @Test(arguments: MySQLServer.available)
  func aServerThatIsDownTakesAwayOnlyWhatItAloneKnows(flavor: MySQLServer.Flavor) throws {
    var fixture = try wellKept(flavor)
    let (redis, mysql) = (fixture.context.redis, fixture.context.mysql)
    fixture.context.mysql = try MySQLEndpoint(url: "mysql://u@localhost/d?socket=/nowhere/m")
    let withoutMySQL = try report(fixture, at: "2026-11-22 12:00:00")
    #expect(withoutMySQL.status == .unavailable)
    #expect(withoutMySQL.jobs.map(\.isLate) == [true, false, false, false, false])
    #expect(withoutMySQL.late.count == 2)
    fixture.context.mysql = mysql
    fixture.context.redis = try RedisEndpoint(url: "unix:///nowhere/r")
    let withoutRedis = try report(fixture, at: "2026-11-22 12:00:00")
    #expect(withoutRedis.status == .unavailable)
    #expect(withoutRedis.backlog == nil)
    #expect(withoutRedis.jobs.map(\.isLate) == [true, true, false, false, false])
    fixture.context.redis = redis
    fixture.context.mysql = nil
    #expect(try report(fixture, at: "2026-11-20 10:20:00").status == .done)
  }

  @Test(arguments: MySQLServer.available)
  func aRedisThatIsOlderThanAnArchiveIsToldOf(flavor: MySQLServer.Flavor) throws {
    let fixture = try wellKept(flavor)
    try fixture.clock.set(to: "2026-11-21 02:10:00")
    fixture.archive()
    try fixture.send("HSET", "tally:adstat", "mark", "0")
    let report = try report(fixture, at: "2026-11-20 10:20:00")
    #expect(report.late.contains { $0.hasPrefix("redis is older than an archive") })
    #expect(report.status == .late)
  }
}
