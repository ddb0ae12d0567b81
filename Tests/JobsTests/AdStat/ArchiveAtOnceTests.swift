import Jobs
import RedisClient
import Rules
import TestServers
import Testing

struct ArchiveAtOnceTests {
  /// Without a lock: the database and Redis alone have to make it right.
  @Test(arguments: MySQLServer.available)
  func runsAtOnceWriteEachRowOnceAndForgetEachHashOnce(flavor: MySQLServer.Flavor) async throws {
    let fixture = try AdStatFixture(at: "2026-11-20 09:00:05", flavor)
    let count = 3000
    _ = try fixture.redis.pipeline(
      (0..<count).map { RedisCommand("SET", ["c\($0)_show", "\($0 + 1)"].map { Array($0.utf8) }) })
    fixture.rollOver()
    try fixture.clock.set(to: "2026-11-21 02:10:00")
    let context = fixture.context
    let archive: @Sendable () -> JobOutcome = { run(ArchiveDay(keepDays: 0), in: context) }
    let rollover: @Sendable () -> JobOutcome = { run(RolloverHour(), in: context) }
    let outcomes = try await atOnce([archive, archive, archive, rollover])
    for outcome in outcomes {
      #expect(outcome.exitCode == 0, "\(String(describing: outcome.failure))")
    }
    #expect(outcomes.map(\.report.forgotten).reduce(0, +) == count)
    #expect(
      try fixture.query("SELECT COUNT(*), SUM(show_count), MAX(epoch) FROM ad_ctr")
        == ["\(count)\t\(count * (count + 1) / 2)\t1"])
    #expect(try fixture.send("DBSIZE") == .integer(1))
    #expect(try fixture.query("SELECT seq >= confirmed FROM ad_source") == ["1"])
  }
}
