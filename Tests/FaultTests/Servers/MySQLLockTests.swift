import Glibc
import MySQLClient
import TestServers
import Testing

/// Another session that holds rows which a job has to write.
///
/// The job waits for the last row of its statement while it holds the first; a server of each flavour
/// is shared by these tests alone, so that the one transaction that waits is the job's.
@Suite(.serialized) struct MySQLLockTests {
  private static let servers = MySQLServer.available.map { flavor in
    Result { try MySQLServer(flavor) }
  }

  /// A site with a job under way that waits for a row.
  private final class Standoff {
    let site: Site
    let holder: MySQLConnection
    let tool: RunningTally
    private let job: SiteJob

    init(_ flavor: MySQLServer.Flavor, _ job: SiteJob, parameters: String = "") throws {
      let index = try #require(MySQLServer.available.firstIndex(of: flavor))
      let site = try Site(mysql: MySQLLockTests.servers[index].get())
      site.mysqlParameters = parameters
      self.site = site
      self.job = job
      try site.arrange(for: .archive)
      for user in [2, 3] {
        try site.redis.run(["SETBIT", "loginLog_2026-11_web_\(user)", "9", "1"])
      }
      // Rows that hold less, so that the job has to write them, each day's counter and bitmap alike.
      if job == .archive {
        try site.perform(.archive, keepDays: 9)
        try site.query("UPDATE ad_ctr SET show_count = 0, click_count = 0")
      } else {
        try site.perform(.sync)
        try site.query("UPDATE login_month SET days = 0")
      }
      holder = try MySQLConnection(
        MySQLEndpoint(url: site.mysql.url(database: site.database)))
      try holder.execute("START TRANSACTION", label: "hold")
      tool = try Standoff.begin(site, job, holder)
    }

    private static func begin(
      _ site: Site, _ job: SiteJob, _ holder: MySQLConnection
    ) throws -> RunningTally {
      // So much done already that the server, choosing a victim, spares this one.
      for number in 1...50 {
        try holder.execute(
          "INSERT INTO login_month VALUES ('2020-01-01', x'41', \(text: "\(number)"), 2, NOW())",
          label: "hold")
      }
      try Standoff.lock(job, isFirst: false, holder)
      let tool = try site.start(job)
      try expectWaiting(site)
      return tool
    }

    /// By the whole primary key: a row that is looked for by less locks its neighbours as well.
    static func lock(_ job: SiteJob, isFirst: Bool, _ holder: MySQLConnection) throws {
      let row: SQL =
        job == .archive
        ? """
        ad_ctr WHERE day = '2026-11-20' AND code = \(text: isFirst ? "A" : "B") AND hour = 8 \
        AND epoch = 1
        """
        : """
        login_month WHERE month = '2026-11-01' AND user_type = 'web' \
        AND user_id = \(text: isFirst ? "1" : "3")
        """
      let locked = try holder.rows("SELECT * FROM \(row) FOR UPDATE", label: "hold")
      #expect(locked.count == 1)
    }

    /// How often the server ended a transaction because two waited for each other.
    func deadlockCount() throws -> Int {
      let count = try site.mysql.run(
        "SELECT COUNT FROM information_schema.INNODB_METRICS WHERE NAME = 'lock_deadlocks'")
      return try #require(Int(count))
    }

    func lockFirst() throws { try Standoff.lock(job, isFirst: true, holder) }

    func release() throws { try holder.execute("ROLLBACK", label: "let go") }

    /// The session that waits for a lock, by its number, other than the `known` one.
    ///
    /// Asked on one connection and with pauses: the server shows what it saw a tenth of a second ago
    /// for as long as it is asked more often than that.
    @discardableResult
    static func expectWaiting(_ site: Site, besides known: String? = nil) throws -> String {
      let watch = try MySQLConnection(MySQLEndpoint(url: site.mysql.url(database: site.database)))
      var found: String?
      _ = try eventually(within: 60) {
        usleep(150_000)
        found = try watch.rows(
          """
          SELECT trx_mysql_thread_id FROM information_schema.innodb_trx \
          WHERE trx_state = 'LOCK WAIT'
          """, label: "watch"
        ).first?[0].map { String(decoding: $0, as: UTF8.self) }
        return found != nil && found != known
      }
      guard let found, found != known else { throw TestFailure("nobody waits for the lock") }
      return found
    }

    func expectExact() throws {
      let logins =
        job == .archive
        ? Site.logins + ["2026-11-01 web 2 512", "2026-11-01 web 3 512"]
        : ["2026-08-01 web 2 1048576"] + (1...3).map { "2026-11-01 web \($0) 512" }
      try site.expectSettled(logins: logins)
    }
  }

  @Test(arguments: MySQLServer.available, [SiteJob.archive, .sync])
  func aDeadlockIsMetAgainAndTheTotalIsExact(
    flavor: MySQLServer.Flavor, job: SiteJob
  ) throws {
    let standoff = try Standoff(flavor, job)
    let first = try Standoff.expectWaiting(standoff.site)
    let deadlockCount = try standoff.deadlockCount()
    // Now each waits for the other, and the server ends the job's transaction.
    try standoff.lockFirst()
    #expect(try standoff.deadlockCount() == deadlockCount + 1)
    let second = try Standoff.expectWaiting(standoff.site, besides: first)
    #expect(first != second)
    try standoff.release()
    let output = try standoff.tool.wait()
    #expect(output.exitCode == 0, "\(output.stderr)")
    try standoff.expectExact()
  }

  @Test(arguments: MySQLServer.available, [SiteJob.archive, .sync])
  func aSessionThatIsKilledInItsTransactionIsReplaced(
    flavor: MySQLServer.Flavor, job: SiteJob
  ) throws {
    let standoff = try Standoff(flavor, job)
    var session = try Standoff.expectWaiting(standoff.site)
    for _ in 1...2 {
      try standoff.site.mysql.run("KILL \(session)")
      session = try Standoff.expectWaiting(standoff.site, besides: session)
    }
    try standoff.release()
    let output = try standoff.tool.wait()
    #expect(output.exitCode == 0, "\(output.stderr)")
    try standoff.expectExact()
  }

  /// The job waits as long as its sessions allow, 20 seconds, begins anew, and gets its rows.
  @Test(arguments: MySQLServer.available)
  func aLockThatIsHeldTooLongIsWaitedForAgain(flavor: MySQLServer.Flavor) throws {
    let standoff = try Standoff(flavor, .archive)
    let first = try Standoff.expectWaiting(standoff.site)
    try Standoff.expectWaiting(standoff.site, besides: first)
    try standoff.release()
    let output = try standoff.tool.wait()
    #expect(output.exitCode == 0, "\(output.stderr)")
    try standoff.expectExact()
  }

  /// In the middle of a transaction, and from the start: no job waits for ever.
  @Test(arguments: MySQLServer.available)
  func aStoppedServerIsGivenUpWithinItsLimit(flavor: MySQLServer.Flavor) throws {
    let standoff = try Standoff(
      flavor, .archive, parameters: "&connect-timeout=1&read-timeout=1&write-timeout=1")
    let site = standoff.site
    site.mysql.suspend()
    defer { site.mysql.resume() }
    let others = try [SiteJob.sync, .expire].map { try site.start($0) }
    // Five tries of a second or two each, and the row of the history: far below this.
    for tool in [standoff.tool] + others {
      let output = try tool.wait(timeoutSeconds: 60)
      #expect(output.exitCode == 75, "\(output.stderr)")
    }
    site.mysql.resume()
    try standoff.release()
    try standoff.expectExact()
  }
}
