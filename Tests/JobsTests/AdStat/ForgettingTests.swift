import Jobs
import MySQLClient
import RedisClient
import Rules
import TestServers
import Testing

/// What archive-day deletes in Redis, and what it keeps.
struct ForgettingTests {
  /// Five days with one count each, the last one yesterday; today is 2026-11-20.
  private func fixture(_ flavor: MySQLServer.Flavor = .mariadb) throws -> AdStatFixture {
    let fixture = try AdStatFixture(at: "2026-11-15 12:00:05", flavor)
    for day in 15...19 {
      try fixture.clock.set(to: "2026-11-\(day) 12:00:05")
      try fixture.count("a", shows: day, clicks: 1)
      fixture.rollOver()
    }
    try fixture.clock.set(to: "2026-11-20 02:10:00")
    return fixture
  }

  private func heldDays(_ fixture: AdStatFixture) throws -> [Int] {
    try (15...19).filter { try fixture.exists("a_day_show_2026-11-\($0)") }
  }

  @Test(arguments: MySQLServer.available)
  func theKeptDaysStayAndOlderOnesGo(flavor: MySQLServer.Flavor) throws {
    let fixture = try fixture(flavor)
    let outcome = fixture.archive(keepDays: 2)
    #expect(outcome.failure == nil)
    #expect(outcome.numbers == [10, 5, 0, 6, 0])
    #expect(try heldDays(fixture) == [18, 19])
    #expect(try fixture.rows().count == 5)
    #expect(fixture.archive(keepDays: 2).numbers == [4, 0, 2, 0, 0])
    #expect(fixture.archive(keepDays: 0).numbers == [4, 0, 2, 4, 0])
    #expect(fixture.archive(keepDays: 0).numbers == [0, 0, 0, 0, 0])
    #expect(try fixture.rows().count == 5)
  }

  @Test(arguments: MySQLServer.available)
  func whatMySQLHoldsMoreOfIsNamedAndKept(flavor: MySQLServer.Flavor) throws {
    let fixture = try fixture(flavor)
    fixture.archive(keepDays: 9)
    try fixture.query("UPDATE ad_ctr SET show_count = show_count + 1 WHERE day = '2026-11-16'")
    let kept = fixture.archive(keepDays: 9)
    #expect(kept.exitCode == 65 && kept.report.rejected == 1)
    let outcome = fixture.archive(keepDays: 0)
    #expect(outcome.exitCode == 65)
    #expect(outcome.numbers == [10, 0, 5, 9, 1])
    #expect(try heldDays(fixture) == [16])
    #expect(
      fixture.observer.rejected["a_day_show_2026-11-16"]?.contains("mysql is ahead") == true)
    // The clicks of that day were right.
    #expect(try !fixture.exists("a_day_click_2026-11-16"))
  }

  @Test func aHourThatOnlyMySQLHasIsAhead() throws {
    let fixture = try fixture()
    fixture.archive(keepDays: 9)
    try fixture.query("INSERT INTO ad_ctr VALUES ('2026-11-16', 3, 'a', 1, 0, 5)")
    #expect(fixture.archive(keepDays: 0).exitCode == 65)
    #expect(Array(fixture.observer.rejected.keys) == ["a_day_click_2026-11-16"])
  }

  /// A trigger that comes after the tables were looked at: only the read-back finds it.
  @Test(arguments: MySQLServer.available)
  func aRowThatWasChangedOnItsWayStopsTheForgetting(flavor: MySQLServer.Flavor) throws {
    var fixture = try fixture(flavor)
    let (mysql, database) = (try MySQLServer.shared(flavor), fixture.database)
    fixture.context.observer = NoteListener {
      _ = try? mysql.run(
        "CREATE TRIGGER clip BEFORE INSERT ON ad_ctr FOR EACH ROW SET NEW.show_count = 1",
        database: database)
    }
    let outcome = fixture.archive(keepDays: 0)
    #expect(outcome.exitCode == 70, "\(String(describing: outcome.failure))")
    #expect(outcome.report.forgotten == 0)
    #expect(try heldDays(fixture) == [15, 16, 17, 18, 19])
    fixture.context.observer = fixture.observer
    try fixture.query("DROP TRIGGER clip")
    #expect(fixture.archive(keepDays: 0).exitCode == 0)
    #expect(try heldDays(fixture) == [])
    #expect(try fixture.rows().first == "2026-11-15 11 a 1 15 1")
  }

  @Test func withoutTheRightToDeleteNothingIsForgotten() throws {
    var fixture = try fixture()
    try fixture.send("ACL", "SETUSER", "etl", "reset", "on", ">secret", "~*", "+@all", "-del")
    fixture.context.redis.user = "etl"
    fixture.context.redis.password = "secret"
    let outcome = fixture.archive(keepDays: 0)
    #expect(outcome.exitCode == 77 && outcome.report.forgotten == 0)
    #expect(try heldDays(fixture) == [15, 16, 17, 18, 19])
    fixture.context.redis.user = nil
    fixture.context.redis.password = nil
    #expect(fixture.archive(keepDays: 0).report.forgotten == 10)
  }
}

/// Does something as soon as the archive has met a new life of Redis: after its checks, before it writes.
private struct NoteListener: JobObserver {
  let whenNoted: @Sendable () -> Void

  func progressed(_ step: StaticString, done: Int, total: Int?) {}
  func warned(_ message: String) {}
  func noted(_ message: String) { whenNoted() }
  func rejected(_ key: [UInt8], because reason: String) {}
}
