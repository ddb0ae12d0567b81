import Glibc
import Jobs
import TestServers
import Testing

/// Requests and replies lost at the steps where it matters most, each by its name.
struct LostReplyTests {
  @Test func aRollThatNeverReachedRedisIsSentAgain() throws {
    let bench = try ProxyBench(.mariadb)
    let job = SufferingJob.rolloverHour
    try job.prepare(bench)
    bench.plan.begin([.cut(.beforeForwarding, having: "EVALSHA", "a_show")])
    let outcome = job.outcome(in: try bench.proxiedContext(), logDirectory: bench.folder)
    #expect(outcome.failure == nil && outcome.report.changed == 3)
    #expect(bench.count(of: "EVALSHA", "a_show") == 2)
    #expect(try job.heal(bench) == [])
  }

  /// The second ROLL finds what was counted since the first one.
  @Test func aRollWhoseReplyIsLostMovesOnlyWhatIsNew() throws {
    let bench = try ProxyBench(.mariadb)
    let job = SufferingJob.rolloverHour
    try job.prepare(bench)
    let live = bench.redisClient
    bench.plan.begin([
      Fault(.beforeReply, having: "EVALSHA", "a_show") {
        live("INCRBY", "b_show", "5")
        return .cut
      }
    ])
    let outcome = job.outcome(in: try bench.proxiedContext(), logDirectory: bench.folder)
    #expect(outcome.failure == nil && outcome.report.changed == 1)
    #expect(
      try bench.picture().filter { $0.hasPrefix("b_") } == ["b_day_show_2026-11-20: 11=9"])
    // The five are more than the oracle knows of.
    try bench.send("HINCRBY", "b_day_show_2026-11-20", "11", "-5")
    #expect(try job.heal(bench) == [])
  }

  @Test(arguments: MySQLServer.available)
  func aCommitWhoseReplyIsLostIsRepeatedAndChangesNothing(flavor: MySQLServer.Flavor) throws {
    for job in [SufferingJob.archiveDay, .syncWeek, .expire] {
      let bench = try ProxyBench(flavor)
      try job.prepare(bench)
      bench.plan.begin([])
      _ = job.outcome(in: try bench.proxiedContext(), logDirectory: bench.folder)
      let usual = bench.count(of: "COMMIT")
      try job.prepare(bench)
      bench.plan.begin([.cut(.beforeReply, having: "COMMIT")])
      let outcome = job.outcome(in: try bench.proxiedContext(), logDirectory: bench.folder)
      #expect(outcome.failure == nil)
      #expect(bench.count(of: "COMMIT") == usual + 1)
      #expect(try job.heal(bench) == [])
    }
  }

  /// What is gone was deleted by the first try.
  @Test func aDeletionWhoseReplyIsLostIsFoundDone() throws {
    for (job, key) in [
      (SufferingJob.archiveDay, "a_day_show_2026-11-15"), (.expire, "loginLog_2026-08_app_7"),
    ] {
      let bench = try ProxyBench(.mariadb)
      try job.prepare(bench)
      bench.plan.begin([.cut(.beforeReply, having: "EVALSHA", key)])
      let outcome = job.outcome(in: try bench.proxiedContext(), logDirectory: bench.folder)
      #expect(outcome.failure == nil && outcome.report.rejected == 0)
      #expect(bench.count(of: "EVALSHA", key) == 2)
      #expect(try !bench.exists(key))
      #expect(try job.heal(bench) == [])
    }
  }

  @Test(arguments: MySQLServer.available)
  func aRunKilledBetweenCommitAndDeletionIsCompletedByTheNext(flavor: MySQLServer.Flavor) throws {
    let bench = try ProxyBench(flavor)
    let job = SufferingJob.archiveDay
    try job.prepare(bench)
    let victim = Victim()
    bench.plan.begin([
      Fault(.beforeForwarding, having: "EVALSHA", "a_day_show_2026-11-15") {
        victim.signal(SIGKILL)
        return .cut
      }
    ])
    #expect(try victim.run(job, on: bench).exitCode == 137)
    bench.plan.waitUntilQuiet()
    let committed = try bench.picture().filter { $0.hasPrefix("2026-11-15") }
    #expect(committed == job.healed.filter { $0.hasPrefix("2026-11-15") })
    #expect(try bench.exists("a_day_show_2026-11-15"))
    // Archived again, unchanged, then forgotten.
    let next = job.outcome(in: bench.context, logDirectory: bench.folder)
    #expect(next.failure == nil && next.report.forgotten == 3)
    #expect(next.report.unchanged >= 3)
    #expect(try job.heal(bench) == [])
  }

  @Test func aRunKilledBetweenLogLineAndDeletionLogsTheBitmapAgain() throws {
    let bench = try ProxyBench(.mariadb)
    let job = SufferingJob.expire
    try job.prepare(bench)
    let victim = Victim()
    bench.plan.begin([
      Fault(.beforeForwarding, having: "EVALSHA", "loginLog_2026-08_app_7") {
        victim.signal(SIGKILL)
        return .cut
      }
    ])
    #expect(try victim.run(job, on: bench).exitCode == 137)
    bench.plan.waitUntilQuiet()
    // Logged, and still there.
    let lines = try bench.picture()
    #expect(lines.contains("logged loginLog_2026-08_app_7 2"))
    #expect(lines.contains { $0.hasPrefix("loginLog_2026-08_app_7 = ") })
    #expect(try job.heal(bench) == [])
  }

  /// The administrator's KILL, between the last statement and COMMIT.
  @Test(arguments: MySQLServer.available)
  func aSessionKilledInItsTransactionIsReplacedByOneWithTheSameSettings(
    flavor: MySQLServer.Flavor
  ) throws {
    for job in [SufferingJob.archiveDay, .syncWeek] {
      let bench = try ProxyBench(flavor)
      try job.prepare(bench)
      let (server, database, own) = (
        bench.mysqlServer, bench.database, try bench.sql("SELECT CONNECTION_ID()")[0]
      )
      bench.plan.begin([
        Fault(.beforeForwarding, having: "COMMIT") {
          let sessions = try? server.run(
            """
            SELECT ID FROM information_schema.PROCESSLIST
            WHERE DB = '\(database)' AND ID <> \(own) AND COMMAND = 'Sleep'
            """)
          for id in (sessions ?? "").split(separator: "\n") { _ = try? server.run("KILL \(id)") }
          return .goOn
        }
      ])
      let outcome = job.outcome(in: try bench.proxiedContext(), logDirectory: bench.folder)
      #expect(outcome.failure == nil)
      let steps = bench.plan.messages.map(\.text).split { $0.contains("COMMIT") }
      let second = try #require(steps.dropFirst().first)
      for step in ["CONNECT", "SET NAMES", "SET SESSION", "SELECT @@max_allowed_packet", "START"] {
        #expect(second.contains { $0.contains(step) }, "\(step) before the second commit")
      }
      #expect(try job.heal(bench) == [])
    }
  }

  /// A login that comes in after its bitmap was read, proven and logged.
  @Test(arguments: MySQLServer.available)
  func aLoginDuringExpiryKeepsItsBitmap(flavor: MySQLServer.Flavor) throws {
    let bench = try ProxyBench(flavor)
    let job = SufferingJob.expire
    try job.prepare(bench)
    let live = bench.redisClient
    bench.plan.begin([
      Fault(.beforeForwarding, having: "EVALSHA", "loginLog_2026-08_app_7") {
        live("SETBIT", "loginLog_2026-08_app_7", "4", "1")
        return .goOn
      }
    ])
    let outcome = job.outcome(in: try bench.proxiedContext(), logDirectory: bench.folder)
    #expect(outcome.report.forgotten == 1 && outcome.report.rejected == 1)
    #expect(try bench.exists("loginLog_2026-08_app_7"))
    #expect(try job.heal(bench) == [])
  }

  /// Somebody changes a hash by hand after it was read, proven and its day sealed.
  @Test(arguments: MySQLServer.available)
  func aDayHashThatChangedSinceItWasProvenIsKept(flavor: MySQLServer.Flavor) throws {
    let bench = try ProxyBench(flavor)
    let job = SufferingJob.archiveDay
    try job.prepare(bench)
    try bench.send("HSET", "a_day_show_2026-11-15", "9", "5")
    let live = bench.redisClient
    bench.plan.begin([
      Fault(.beforeForwarding, having: "EVALSHA", "a_day_show_2026-11-15") {
        live("HINCRBY", "a_day_show_2026-11-15", "9", "2")
        return .goOn
      }
    ])
    let outcome = job.outcome(in: try bench.proxiedContext(), logDirectory: bench.folder)
    #expect(outcome.failure == nil && outcome.report.forgotten == 2)
    #expect(try job.heal(bench) == [])
  }

  @Test(arguments: SufferingJob.allCases, MySQLServer.available)
  func bytesThatTravelAloneChangeNothing(job: SufferingJob, flavor: MySQLServer.Flavor) throws {
    let bench = try ProxyBench(flavor)
    try job.prepare(bench)
    try job.liveOn(bench)
    bench.plan.begin([], slicingBytes: true)
    let outcome = job.outcome(in: try bench.proxiedContext(), logDirectory: bench.folder)
    #expect(outcome.failure == nil)
    #expect(try job.defects(bench) == [])
  }
}
