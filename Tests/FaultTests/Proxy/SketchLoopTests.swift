import Glibc
import Jobs
import TestServers
import Testing

/// The archive of sketches is killed, cut off, answered late or run twice, at each of its messages.
struct SketchLoopTests {
  private let job = SufferingSketches()

  /// The short form takes every third message on MySQL.
  @Test(arguments: MySQLServer.available)
  func anArchiveKilledAtAnyMessageIsCompletedByTheNext(flavor: MySQLServer.Flavor) throws {
    let loop = FaultLoop(
      subject: job, flavor: flavor, moments: [.beforeForwarding, .afterForwarding, .beforeReply],
      stride: flavor == .mariadb ? 1 : 3)
    try loop.run(exitCodes: [137]) { bench, moment, number in
      let victim = Victim()
      bench.plan.begin([
        Fault(moment, number: number) {
          victim.signal(SIGKILL)
          return .cut
        }
      ])
      return try victim.run(SufferingSketches(), on: bench).exitCode
    }
  }

  @Test(arguments: MySQLServer.available)
  func aConnectionLostAtAnyMessageLosesNothing(flavor: MySQLServer.Flavor) throws {
    let loop = FaultLoop(
      subject: job, flavor: flavor, moments: [.beforeForwarding, .beforeReply, .withinReply],
      stride: flavor == .mariadb ? 1 : 3)
    try loop.run(exitCodes: [0, 69, 75]) { bench, moment, number in
      bench.plan.begin([.cut(moment, number: number)])
      return SufferingSketches().run(in: try bench.proxiedContext(), logDirectory: bench.folder)
        .code
    }
  }

  /// SIGTERM and SIGINT in turn: it ends between two batches, or completes.
  @Test(arguments: MySQLServer.available)
  func anArchiveAskedToEndAtAnyMessageLosesNothing(flavor: MySQLServer.Flavor) throws {
    let loop = FaultLoop(
      subject: job, flavor: flavor, moments: [.beforeForwarding, .beforeReply],
      stride: flavor == .mariadb ? 3 : 7)
    try loop.run(exitCodes: [0, 128 + SIGTERM, 128 + SIGINT]) { bench, moment, number in
      let victim = Victim()
      bench.plan.begin([
        Fault(moment, number: number) {
          victim.signal(number % 4 < 2 ? SIGTERM : SIGINT)
          return .goOn
        }
      ])
      return try victim.run(SufferingSketches(), on: bench).exitCode
    }
  }

  @Test(arguments: MySQLServer.available)
  func aCommitWhoseReplyIsLostIsRepeatedAndChangesNothing(flavor: MySQLServer.Flavor) throws {
    let bench = try ProxyBench(flavor)
    try job.prepare(bench)
    bench.plan.begin([.cut(.beforeReply, having: "COMMIT")])
    let outcome = job.outcome(in: try bench.proxiedContext())
    #expect(outcome.failure == nil && outcome.report.changed >= 3)
    #expect(bench.count(of: "COMMIT") == 2)
    #expect(try job.heal(bench) == [])
  }

  @Test(arguments: MySQLServer.available)
  func aRunKilledBetweenCommitAndDeletionIsCompletedByTheNext(flavor: MySQLServer.Flavor) throws {
    let bench = try ProxyBench(flavor)
    try job.prepare(bench)
    let victim = Victim()
    bench.plan.begin([
      Fault(.beforeForwarding, having: "EVALSHA", "cpc:a_2026-11-15") {
        victim.signal(SIGKILL)
        return .cut
      }
    ])
    #expect(try victim.run(job, on: bench).exitCode == 137)
    bench.plan.waitUntilQuiet()
    #expect(try job.rows(bench).count == 4)
    #expect(try bench.exists("cpc:a_2026-11-15"))
    // Found held, then forgotten.
    let next = job.outcome(in: bench.context)
    #expect(next.failure == nil && next.report.forgotten == 3 && next.report.changed == 0)
    #expect(try job.heal(bench) == [])
  }

  @Test func aDeletionWhoseReplyIsLostIsFoundDone() throws {
    let bench = try ProxyBench(.mariadb)
    try job.prepare(bench)
    bench.plan.begin([.cut(.beforeReply, having: "EVALSHA", "cpc:a_2026-11-15")])
    let outcome = job.outcome(in: try bench.proxiedContext())
    #expect(outcome.failure == nil && outcome.report.rejected == 0)
    #expect(bench.count(of: "EVALSHA", "cpc:a_2026-11-15") == 2)
    #expect(try bench.redisKeys() == ["cpc:a_2026-11-18"])
    #expect(try job.heal(bench) == [])
  }

  /// After it was read and proven, before it is deleted.
  @Test(arguments: MySQLServer.available)
  func whatIsAddedToASketchMeanwhileKeepsIt(flavor: MySQLServer.Flavor) throws {
    let bench = try ProxyBench(flavor)
    try job.prepare(bench)
    let live = bench.redisClient
    bench.plan.begin([
      Fault(.beforeForwarding, having: "EVALSHA", "b_uv_2026-11-15") {
        live("PFADD", "b_uv_2026-11-15", "w")
        return .goOn
      }
    ])
    let outcome = job.outcome(in: try bench.proxiedContext())
    #expect(outcome.failure == nil && outcome.report.forgotten == 2)
    #expect(try bench.redisKeys() == ["b_uv_2026-11-15", "cpc:a_2026-11-18"])
    let next = job.outcome(in: bench.context)
    #expect(next.report.changed == 1 && next.report.forgotten == 1)
    #expect(try job.rows(bench).contains("2026-11-15 hll b 4"))
  }

  @Test(arguments: MySQLServer.available)
  func bytesThatTravelAloneChangeNothing(flavor: MySQLServer.Flavor) throws {
    let bench = try ProxyBench(flavor)
    try job.prepare(bench)
    try job.liveOn(bench)
    bench.plan.begin([], slicingBytes: true)
    #expect(job.outcome(in: try bench.proxiedContext()).failure == nil)
    #expect(try job.defects(bench) == [])
  }

  /// Accounts that may only read are witnesses that it does nothing else.
  @Test(arguments: MySQLServer.available)
  func aDryRunNeedsNoMoreThanReading(flavor: MySQLServer.Flavor) throws {
    let site = try Site(flavor)
    try site.setClock(Site.night)
    try site.redis.run(["PFADD", "a_uv_2026-11-15", "x"])
    let user = "\(site.database)_r"
    try site.mysql.run(
      """
      CREATE USER '\(user)'@'localhost'; GRANT SELECT ON `\(site.database)`.* TO '\(user)'@'localhost'
      """)
    site.mysqlUser = user
    let rights = "on nopass ~* -@all +@read +info +time +ping +select -@write"
    try site.redis.run(
      ["ACL", "SETUSER", "reader"] + rights.split(separator: " ").map(String.init))
    var environment = site.environment
    environment["TALLY_REDIS_URL"] = "unix://reader@\(site.redis.socketPath)?db=0"
    let before = try site.query("CHECKSUM TABLE cpc_day, tally_run")
    let dry = try TallyTool().run(
      ["cpc", "archive-day", "--dry-run", "--json"], environment: environment)
    #expect(dry.exitCode == 0, "\(dry.stderr)")
    #expect(dry.stdout.contains(#""found":1,"changed":1,"unchanged":0,"forgotten":1"#))
    #expect(try site.query("CHECKSUM TABLE cpc_day, tally_run") == before)
    #expect(try site.keys() == ["a_uv_2026-11-15"])
    // The same accounts can do no more.
    let real = try TallyTool().run(["cpc", "archive-day", "--no-lock"], environment: environment)
    #expect(real.exitCode == 77, "\(real)")
    #expect(try site.keys() == ["a_uv_2026-11-15"])
  }
}
