import Jobs
import TestServers
import Testing

/// Rows that are lost between COMMIT and the reading back: only that reading stands between them and
/// the deletion in Redis.
struct ReadBackTests {
  struct Loss: Sendable, CustomStringConvertible {
    let job: SufferingJob
    /// What somebody, or a server that lied about its disk, does to what was committed.
    let sql: String
    var description: String { "\(job): \(sql)" }
  }

  static let losses = [
    Loss(
      job: .archiveDay, sql: "UPDATE ad_ctr SET show_count = 1 WHERE hour = 23 AND code = 'a'"),
    Loss(job: .archiveDay, sql: "DELETE FROM ad_ctr WHERE day = '2026-11-15' AND code = 'b'"),
    Loss(
      job: .archiveDay, sql: "UPDATE ad_ctr SET code = 'A' WHERE day = '2026-11-15' AND code = 'a'"),
    Loss(job: .expire, sql: "UPDATE login_month SET days = 8 WHERE user_id = '7'"),
    Loss(job: .expire, sql: "DELETE FROM login_month WHERE user_id = '8'"),
  ]

  @Test(arguments: losses, MySQLServer.available)
  func whatIsNotReadBackIsNotDeleted(loss: Loss, flavor: MySQLServer.Flavor) throws {
    let bench = try ProxyBench(flavor)
    try loss.job.prepare(bench)
    let before = try bench.picture().filter { !$0.hasPrefix("20") && !$0.hasPrefix("tally") }
    let (server, database) = (bench.mysqlServer, bench.database)
    bench.plan.begin([
      Fault(.beforeReply, having: "COMMIT") {
        _ = try? server.run(loss.sql, database: database)
        return .goOn
      }
    ])
    let outcome = loss.job.outcome(in: try bench.proxiedContext(), logDirectory: bench.folder)
    #expect(ExitStatus(of: outcome) == .software && outcome.report.forgotten == 0)
    let after = try bench.picture()
    #expect(before.allSatisfy(after.contains))
    // A renamed row is more than the oracle knows of.
    try bench.sql("DELETE FROM ad_ctr WHERE code = 'A'")
    #expect(try loss.job.heal(bench) == [])
  }
}
