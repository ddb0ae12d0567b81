import Jobs
import TestServers
import Testing

/// Rows that somebody else changed: put back from a backup, lowered, raised, or spoilt on their way.
struct BackupTests {
  private static let tables = ["ad_ctr", "ad_source", "login_month"]

  @Test(arguments: MySQLServer.available)
  func aBackupOfYesterdayIsFilledUpFromTheKeptDays(flavor: MySQLServer.Flavor) throws {
    let site = try Site(flavor)
    var sum = 0
    for day in 16...20 {
      try site.setClock("2026-11-\(day) 09:00:05")
      try site.redis.run(["INCRBY", "A_show", "\(day)"])
      try site.redis.run(["SETBIT", "loginLog_2026-11_web_1", "\(day)", "1"])
      sum += day
      #expect(try site.run(.rollOver).exitCode == 0)
      try site.setClock("2026-11-\(day + 1) 02:10:00")
      if day == 20 {
        for table in Self.tables {
          try site.query("CREATE TABLE saved_\(table) AS SELECT * FROM \(table)")
        }
      }
      #expect(try site.run(.archive, "--keep-days 2").exitCode == 0)
      #expect(try site.run(.sync).exitCode == 0)
    }
    let rows = try site.query("SELECT * FROM ad_ctr ORDER BY day")
    let logins = try site.logins()
    for table in Self.tables {
      try site.query("DELETE FROM \(table); INSERT INTO \(table) SELECT * FROM saved_\(table)")
    }
    #expect(try site.query("SELECT * FROM ad_ctr ORDER BY day").count == rows.count - 1)
    for _ in 1...2 {
      for job in SiteJob.allCases {
        let output = try site.run(job, job == .archive ? "--keep-days 2" : "")
        #expect(output.exitCode == 0, "\(job): \(output.stderr)")
      }
      #expect(try site.query("SELECT * FROM ad_ctr ORDER BY day") == rows)
      #expect(try site.logins() == logins)
    }
    try site.expectSettled(["A \(sum) 0"], logins: logins)
  }

  @Test(arguments: MySQLServer.available)
  func aRowThatWasLoweredIsHealedAndThatIsSaid(flavor: MySQLServer.Flavor) throws {
    let site = try Site(flavor)
    try site.arrange(for: .archive)
    #expect(try site.run(.archive, "--keep-days 2").exitCode == 0)
    #expect(try site.run(.sync).exitCode == 0)
    try site.query("UPDATE ad_ctr SET show_count = 1 WHERE code = 'A'")
    try site.query("UPDATE login_month SET days = 2")
    let output = try site.run(.archive, "--keep-days 2 --log-level info")
    #expect(output.exitCode == 0)
    #expect(output.stderr.contains("1 rows of 2026-11-20 held less and were raised"))
    #expect(try site.totals() == Site.totals)
    #expect(try site.run(.sync).exitCode == 0)
    // The other day stays: a bit is never taken away.
    #expect(try site.logins() == ["2026-11-01 web 1 514"])
    try site.expectSettled(logins: ["2026-08-01 web 2 1048576", "2026-11-01 web 1 514"])
  }

  @Test(arguments: MySQLServer.available)
  func aRowThatWasRaisedIsReportedAndItsDayKept(flavor: MySQLServer.Flavor) throws {
    let site = try Site(flavor)
    try site.arrange(for: .archive)
    try site.perform(.archive, keepDays: 2)
    try site.query("UPDATE ad_ctr SET show_count = 99 WHERE code = 'A'")
    for _ in 1...3 {
      let output = try site.run(.archive)
      #expect(output.exitCode == 65)
      #expect(
        output.stderr.contains("rejected: A_day_show_2026-11-20: is kept: mysql is ahead of it"))
      #expect(try site.redis.run(["HGET", "A_day_show_2026-11-20", "8"]) == "5")
    }
    #expect(try site.redis.run(["EXISTS", "B_day_show_2026-11-20"]) == "0")
    try site.query("UPDATE ad_ctr SET show_count = 5 WHERE code = 'A'")
    try site.expectSettled()
  }

  /// A trigger that comes after the tables were looked at: only the reading back finds it. For the
  /// archive, `JobsTests.ForgettingTests` does the same.
  @Test(arguments: MySQLServer.available)
  func aBitmapThatWasSpoiltOnItsWayIsNeitherLoggedNorDeleted(flavor: MySQLServer.Flavor) throws {
    let site = try Site(flavor)
    try site.fill()
    let (mysql, database) = (site.mysql, site.database)
    let observer = HarmfulObserver(at: 1) {
      try mysql.run(
        "CREATE TRIGGER clip BEFORE INSERT ON login_month FOR EACH ROW SET NEW.days = 2",
        database: database)
    }
    let outcome = try site.perform(.expire, observer: observer)
    #expect(observer.failures == [])
    #expect(ExitStatus(of: outcome).code == 70, "\(String(describing: outcome.failure))")
    #expect(outcome.report.forgotten == 0)
    #expect(try site.redis.run(["EXISTS", "loginLog_2026-08_web_2"]) == "1")
    try site.query("DROP TRIGGER clip; DELETE FROM login_month")
    try site.expectSettled()
  }
}
