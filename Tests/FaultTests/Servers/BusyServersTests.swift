import Foundation
import MySQLClient
import MySQLStore
import TestServers
import Testing

/// A MySQL server that has too much to do, or replicas that cannot follow: nothing is written until they
/// can, and nothing is held meanwhile.
///
/// Each test has servers of its own: how many threads are connected is told of a whole server.
struct BusyServersTests {
  /// The pauses and their ends, in order, as they were told.
  private func told(_ stderr: String) -> [String] {
    stderr.split(separator: "\n").map(String.init).filter {
      $0.contains("nothing is written for now") || $0.contains("writing goes on")
    }
  }

  /// Other clients of the server.
  private func crowd(_ count: Int, on site: Site) throws -> [MySQLConnection] {
    let endpoint = try MySQLEndpoint(url: site.mysql.url(database: site.database))
    return try (0..<count).map { _ in try MySQLConnection(endpoint) }
  }

  private func openTransactions(_ site: Site) throws -> [String] {
    try site.query("SELECT trx_mysql_thread_id FROM information_schema.innodb_trx")
  }

  // MARK: Load

  @Test(arguments: MySQLServer.available, SiteJob.writingMySQL)
  func aBusyServerIsWaitedForWithNothingHeld(flavor: MySQLServer.Flavor, job: SiteJob) throws {
    let site = try Site(mysql: MySQLServer(flavor))
    try site.arrange(for: job)
    var others = try crowd(9, on: site)
    let tool = try site.start(job, "--max-load threads_connected=8,Threads_running=1000")
    #expect(eventually { told(tool.stderr).count == 1 || tool.hasEnded })
    #expect(told(tool.stderr).first?.contains("threads_connected is 1") == true, "\(tool.stderr)")
    #expect(try openTransactions(site) == [])
    #expect(!tool.hasEnded)
    #expect(try site.totals() == [] && site.logins() == [])
    others = []
    let output = try tool.wait()
    #expect(output.exitCode == 0, "\(output.stderr)")
    #expect(told(output.stderr).count == 2)
    #expect(told(output.stderr).last?.contains("writing goes on after a pause of ") == true)
    try site.expectSettled()
    _ = others
  }

  @Test(arguments: [SIGTERM, SIGINT])
  func aSignalEndsAPause(signal: Int32) throws {
    let site = try Site(mysql: MySQLServer(.mariadb))
    try site.arrange(for: .archive)
    let tool = try site.start(.archive, "--max-load Questions=0")
    #expect(eventually { told(tool.stderr).count == 1 || tool.hasEnded })
    tool.signal(signal)
    #expect(try tool.wait(timeoutSeconds: 20).exitCode == 128 + signal)
    #expect(try site.totals() == [])
    try site.expectSettled()
  }

  @Test(arguments: MySQLServer.available)
  func aPauseThatBecomesTooLongIsTriedAgainLater(flavor: MySQLServer.Flavor) throws {
    let site = try Site(mysql: MySQLServer(flavor))
    try site.arrange(for: .archive)
    for job in SiteJob.writingMySQL {
      let output = try site.run(job, "--max-load Questions=0 --max-pause 1")
      #expect(output.exitCode == 75, "\(output.stderr)")
      #expect(output.stderr.contains("nothing could be written for 1 s: Questions is "))
    }
    #expect(try site.totals() == [] && site.logins() == [])
    // What only reads is held by nothing.
    let dry = try site.run(.archive, "--max-load Questions=0 --max-pause 1 --dry-run")
    #expect(dry.exitCode == 0, "\(dry.stderr)")
    try site.expectSettled()
  }

  @Test(arguments: MySQLServer.available)
  func aValueThatTheServerDoesNotHaveIsAMatterOfConfiguration(flavor: MySQLServer.Flavor) throws {
    let site = try Site(flavor)
    try site.arrange(for: .archive)
    let output = try site.run(.archive, "", ["TALLY_MAX_LOAD": "Threads_runing=25"])
    #expect(output.exitCode == 78)
    #expect(output.stderr.contains("Threads_runing is no whole number of SHOW GLOBAL STATUS"))
    #expect(try site.totals() == [])
    try site.expectSettled()
  }

  // MARK: Replicas

  @Test func aReplicaThatCannotBeReachedIsBehindAndKeepsItsPassword() throws {
    let site = try Site()
    try site.arrange(for: .archive)
    let output = try site.run(
      .archive, "--max-lag 1 --max-pause 1",
      ["TALLY_REPLICA_URLS": "mysql://u:hushhush@localhost/tally?socket=/nowhere/my.sock"])
    #expect(output.exitCode == 75, "\(output.stderr)")
    #expect(told(output.stderr).first?.contains("cannot be asked") == true, "\(output.stderr)")
    #expect(output.stderr.contains("/nowhere/my.sock") && !output.stderr.contains("hushhush"))
    #expect(try site.totals() == [])
    try site.expectSettled()
  }

  @Test(arguments: MySQLServer.available)
  func whatIsNoReplicaIsAMatterOfConfiguration(flavor: MySQLServer.Flavor) throws {
    let site = try Site(flavor)
    try site.arrange(for: .archive)
    let url = site.mysql.url(database: site.database)
    let output = try site.run(.archive, "--max-lag 60 --replica-url \(url)")
    #expect(output.exitCode == 78, "\(output.stderr)")
    #expect(output.stderr.contains("is not a replica"))
    #expect(try site.totals() == [])
    try site.expectSettled()
  }

  /// The account of the jobs may not ask a replica, unless it was given the right to.
  @Test(arguments: MySQLServer.available)
  func askingAReplicaTakesARight(flavor: MySQLServer.Flavor) throws {
    let site = try Site(flavor)
    let replica = try MySQLServer(flavor, configuration: ["server-id=2"])
    try replica.run(Replica.source(port: 1, of: flavor))
    let name = try replica.freshDatabase()
    try replica.run(
      "CREATE USER 'looker'@'localhost'; GRANT SELECT ON \(name).* TO 'looker'@'localhost'")
    try site.arrange(for: .archive)
    let url = replica.url(database: name, user: "looker")
    let refused = try site.run(.archive, "--max-lag 60 --replica-url \(url)")
    #expect(refused.exitCode == 77, "\(refused.stderr)")
    #expect(refused.stderr.contains("--print-grants"))
    let right = flavor == .mariadb ? "REPLICA MONITOR" : "REPLICATION CLIENT"
    try replica.run("GRANT \(right) ON *.* TO 'looker'@'localhost'")
    let asked = try site.run(.archive, "--max-lag 60 --max-pause 1 --replica-url \(url)")
    #expect(asked.exitCode == 75 && asked.stderr.contains("does not replicate"), "\(asked.stderr)")
    try site.expectSettled()
  }

  /// A real one: it stands still, is an hour behind on purpose, and catches up.
  @Test(arguments: MySQLServer.available)
  func aReplicaIsWaitedForUntilItHasCaughtUp(flavor: MySQLServer.Flavor) throws {
    let port = try freeTCPPort()
    let source = try MySQLServer(flavor, configuration: Replica.sourceConfiguration(port: port))
    let replica = try MySQLServer(flavor, configuration: ["server-id=2"])
    try source.run(Replica.account)
    try replica.run(Replica.source(port: port, of: flavor))
    try replica.run("START REPLICA")
    let site = try Site(mysql: source)
    let url = replica.url(database: site.database)
    #expect(try eventually { try replica.run("SHOW DATABASES").contains(site.database) })
    try site.arrange(for: .archive)

    try replica.run("STOP REPLICA SQL_THREAD")
    let stopped = try site.start(.sync, "--max-lag 5 --replica-url \(url)")
    #expect(eventually { told(stopped.stderr).count == 1 || stopped.hasEnded })
    #expect(stopped.stderr.contains("does not replicate"), "\(stopped.stderr)")
    try replica.run("START REPLICA SQL_THREAD")
    #expect(try stopped.wait().exitCode == 0)

    try replica.run("STOP REPLICA; \(Replica.delay(seconds: 3600, flavor)); START REPLICA")
    try source.run("CREATE DATABASE something_new")
    let connection = try MySQLConnection(MySQLEndpoint(url: url))
    #expect(
      try eventually {
        guard case .seconds(let seconds) = try ReplicaLag.read(on: connection) else { return false }
        return seconds > 0
      })
    let behind = try site.start(.archive, "--max-lag 0 --replica-url \(url)")
    #expect(eventually { told(behind.stderr).count == 1 || behind.hasEnded })
    #expect(behind.stderr.contains(" s behind, more than 0"), "\(behind.stderr)")
    #expect(try site.totals() == [])
    try replica.run("STOP REPLICA; \(Replica.delay(seconds: 0, flavor)); START REPLICA")
    let output = try behind.wait()
    #expect(output.exitCode == 0 && told(output.stderr).count == 2, "\(output.stderr)")
    try site.expectSettled()
  }
}
