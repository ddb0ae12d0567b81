import TestServers
import Testing

/// `tally verify`, as a user and cron see it.
struct VerifyCommandTests {
  @Test(arguments: MySQLServer.available)
  func equalStoresAreSilentUnderCronAndOneObjectAsJSON(flavor: MySQLServer.Flavor) throws {
    let installation = try Installation(flavor)
    try installation.addLogin()
    #expect(try installation.run("loginlog sync-week --month 2026-11").exitCode == 0)
    let output = try installation.run("verify")
    #expect(output.exitCode == 0 && output.stdout == "" && output.stderr == "", "\(output)")
    let report = try object(try installation.run("verify --month 2026-11 --json").stdout)
    #expect(report["equal"] as? Bool == true)
    #expect(
      report["login_months"] as? [String: Int] == ["compared": 1, "waiting": 0, "different": 0])
    let terminal = try installation.tool.runOnTerminal(
      ["verify"], environment: installation.environment)
    #expect(
      terminal.stdout.contains(
        "verify: 0 hour counts compared, 1 login month compared, "
          + "0 day sketches compared, 0 waiting, 0 different"))
  }

  @Test(arguments: MySQLServer.available)
  func differencesAreNamedUpToTenAndAllCounted(flavor: MySQLServer.Flavor) throws {
    let installation = try Installation(flavor)
    // Too old for the sync, too young for the expiry.
    for number in 1...12 {
      try installation.redis.run(
        ["SETBIT", "loginLog_2026-09_web_\(number)\u{1B}", "9", "1"],
        database: installation.redisDatabase)
    }
    let output = try installation.run("verify --json --after-days 36525")
    #expect(output.exitCode == 65)
    let lines = output.stderr.split(separator: "\n")
    #expect(lines.count == 11)
    #expect(
      lines.first?.hasPrefix("tally: different: loginLog_2026-09_web_") == true
        && lines.first?.hasSuffix("\\x1B: mysql lacks 2026-09-09") == true, "\(output.stderr)")
    #expect(lines.last == "tally: different: and 2 more")
    #expect(try object(output.stdout)["different"] as? Int == 12)
    #expect(try object(output.stdout)["equal"] as? Bool == false)
  }

  @Test(
    arguments: [
      ("--from today", "--from and --to go together"),
      ("--from today --to today --month 2026-11", "exclude each other"),
      ("--from today --to yesterday", "lies after"),
    ])
  func aRangeThatMakesNoSenseIsRefused(arguments: String, why: String) throws {
    let output = try Installation().run("verify \(arguments)")
    #expect(output.exitCode == 64)
    #expect(output.stderr.contains(why))
  }

  @Test func aServerThatIsDownIsNamed() throws {
    let output = try Installation().run(
      "verify --json", ["TALLY_MYSQL_URL": "mysql://u@localhost/d?socket=/nowhere/m"])
    #expect(output.exitCode == 69)
    #expect((try object(output.stdout)["error"] as? String)?.contains("/nowhere/m") == true)
  }
}
