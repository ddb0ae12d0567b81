import Jobs
import TestServers
import Testing

/// A MySQL server that was set up by somebody else: lax, small, and read-only for a while.
///
/// One server of each flavour, so one test at a time.
@Suite(.serialized) struct MySQLSettingsTests {
  private static let servers = MySQLServer.available.map { flavor in
    Result {
      try MySQLServer(
        flavor,
        configuration: [
          "sql-mode=", "init-connect=SET autocommit=0, sql_mode='', time_zone='+05:45'",
          "autocommit=0", "max-allowed-packet=65536",
        ])
    }
  }

  private func site(_ flavor: MySQLServer.Flavor) throws -> Site {
    let index = try #require(MySQLServer.available.firstIndex(of: flavor))
    let site = try Site(mysql: Self.servers[index].get())
    try site.useWorkingAccount()
    return site
  }

  /// The session of another account shows that the lax settings are really there.
  @Test(arguments: MySQLServer.available)
  func laxSettingsChangeNoRowAndWhatIsReportedIsCommitted(flavor: MySQLServer.Flavor) throws {
    let site = try site(flavor)
    #expect(try site.query("SELECT @@autocommit, @@GLOBAL.sql_mode") == ["0\t"])
    try site.arrange(for: .archive)
    for job in SiteJob.writingMySQL {
      let output = try site.run(job)
      #expect(output.exitCode == 0, "\(job): \(output.stderr)")
    }
    site.mysql.kill()
    try site.mysql.restart()
    #expect(try site.totals() == Site.totals)
    #expect(try site.logins() == Site.logins)
    #expect(
      try site.query(
        "SELECT TIMESTAMPDIFF(HOUR, MAX(started_at), '2026-11-21 02:30:00') FROM tally_run")
        == ["0"])
    try site.expectSettled()
  }

  /// More than fits one packet of 64 KB, with codes and ids as long as they may be.
  @Test(arguments: MySQLServer.available)
  func smallPacketsMakeSmallStatementsInEveryJob(flavor: MySQLServer.Flavor) throws {
    let site = try site(flavor)
    let count = 600
    // Inside of Redis: each command of a client's would ask the clock's file for the time.
    try site.redis.run([
      "EVAL",
      """
      for i = 1, \(count) do
        local name = i .. string.rep('.', 128 - #tostring(i))
        redis.call('SET', name .. '_show', 3)
        redis.call('SETBIT', 'loginLog_2026-11_web_' .. name, 9, 1)
        redis.call('SETBIT', 'loginLog_2026-08_web_' .. name, 20, 1)
      end
      """, "0",
    ])
    let moved = try site.run(.rollOver)
    #expect(moved.exitCode == 0, "\(moved.stderr)")
    try site.setClock(Site.night)
    for job in SiteJob.writingMySQL {
      let output = try site.run(job)
      #expect(output.exitCode == 0, "\(job): \(output.stderr)")
    }
    #expect(
      try site.query("SELECT COUNT(*), SUM(show_count), MIN(LENGTH(code)) FROM ad_ctr")
        == ["\(count)\t\(3 * count)\t128"])
    #expect(try site.query("SELECT COUNT(*) FROM login_month") == ["\(2 * count)"])
    #expect(try site.redis.run(["DBSIZE"]) == "\(count + 1)")
    for job in SiteJob.allCases { #expect(try site.run(job).exitCode == 0, "\(job)") }
  }

  @Test(arguments: MySQLServer.available)
  func aReadOnlyServerIsUnavailableAndNothingIsForgotten(flavor: MySQLServer.Flavor) throws {
    let site = try site(flavor)
    try site.arrange(for: .archive)
    let keys = try site.keys()
    try site.mysql.run("SET GLOBAL read_only = 1")
    defer { _ = try? site.mysql.run("SET GLOBAL read_only = 0") }
    for job in SiteJob.writingMySQL {
      let output = try site.run(job)
      #expect(output.exitCode == 69, "\(job): \(output.stderr)")
      #expect(
        output.stderr.contains("1290") && output.stderr.contains("HINT: The server is read only"))
    }
    #expect(try site.keys() == keys)
    #expect(try site.totals() == [] && site.logins() == [])
    // The rollover needs Redis only; that its run is not in the history is nothing to fail for.
    try site.redis.run(["SET", "B_show", "1"])
    #expect(try site.run(.rollOver).exitCode == 0)
    try site.mysql.run("SET GLOBAL read_only = 0")
    try site.expectSettled(["A 5 1", "B 8 0"])
  }

  /// Other programs hold all the prepared statements that the server allows: they go again.
  @Test(arguments: MySQLServer.available)
  func aServerFullOfPreparedStatementsIsTriedAgainLater(flavor: MySQLServer.Flavor) throws {
    let site = try site(flavor)
    try site.arrange(for: .archive)
    let keys = try site.keys()
    let usual = try site.mysql.run("SELECT @@GLOBAL.max_prepared_stmt_count")
    try site.mysql.run("SET GLOBAL max_prepared_stmt_count = 0")
    defer { _ = try? site.mysql.run("SET GLOBAL max_prepared_stmt_count = \(usual)") }
    for job in SiteJob.writingMySQL {
      let output = try site.run(job)
      #expect(output.exitCode == 75, "\(job): \(output.stderr)")
      #expect(
        output.stderr.contains("1461") && output.stderr.contains("HINT: Raise max_prepared"))
    }
    #expect(try site.keys() == keys)
    #expect(try site.totals() == [] && site.logins() == [])
    try site.mysql.run("SET GLOBAL max_prepared_stmt_count = \(usual)")
    try site.expectSettled()
  }
}
