import Foundation
import TestServers
import Testing

/// `tally doctor`: what is found, what is needed, and how to mend it.
struct DoctorCommandTests {
  /// All lines of findings, by place and name.
  private func findings(
    _ installation: Installation, _ more: [String: String] = [:], exitCode: Int32
  ) throws -> [String: [String: Any]] {
    let output = try installation.run("doctor --json", more)
    #expect(output.exitCode == exitCode, "\(output)")
    #expect(output.stderr == "")
    let report = try object(output.stdout)
    #expect(report["ok"] as? Bool == (exitCode == 0))
    let list = report["findings"] as? [[String: Any]] ?? []
    let pairs = list.map { ("\($0["place"] ?? "") \($0["name"] ?? "")", $0) }
    return Dictionary(pairs) { first, _ in first }
  }

  private func grades(_ findings: [String: [String: Any]], not grade: String = "fine") -> [String] {
    findings.filter { $0.value["grade"] as? String != grade }.map(\.key).sorted()
  }

  @Test(arguments: MySQLServer.available)
  func aGoodInstallationIsFineAndStaysAsItIs(flavor: MySQLServer.Flavor) throws {
    let redis = try RedisServer(configuration: ["appendonly yes"])
    let installation = try Installation(flavor, redis: redis)
    try redis.run(["SET", "a_show", "5"])
    let digest = try redis.run(["DEBUG", "DIGEST"])
    let tables = "CHECKSUM TABLE ad_ctr, ad_source, login_month, tally_run, ad_image, ad_style"
    let checksum = try installation.mysql.run(tables, database: installation.mysqlDatabase)
    let found = try findings(installation, exitCode: 0)
    #expect(grades(found) == [])
    #expect(found.count >= 20)
    #expect(try redis.run(["DEBUG", "DIGEST"]) == digest)
    let after = try installation.mysql.run(tables, database: installation.mysqlDatabase)
    #expect(after == checksum)
    #expect(try FileManager.default.contentsOfDirectory(atPath: installation.folder) == [])
  }

  @Test func aPipeGetsWordsAndATerminalSigns() throws {
    let installation = try Installation()
    let pipe = try installation.run("doctor")
    #expect(pipe.exitCode == 0)
    #expect(pipe.stdout.contains("\nok   mysql    schema "))
    #expect(pipe.stdout.contains("\nwarn redis    persistence "))
    #expect(pipe.stdout.contains("\n     needed: appendonly yes\n     to do: Set appendonly yes"))
    #expect(pipe.stdout.utf8.allSatisfy { $0 < 0x80 })
    let terminal = try installation.tool.runOnTerminal(
      ["doctor"], environment: installation.environment)
    #expect(terminal.stdout.contains("\u{1B}[32m✓\u{1B}[0m mysql    schema "))
    #expect(terminal.stdout.contains("\u{1B}[33m!\u{1B}[0m redis    persistence "))
  }

  @Test func aRedisThatIsNotFitIsFoundByTheRulesOfTheJobs() throws {
    let redis = try RedisServer(configuration: ["maxmemory-policy allkeys-lru"])
    let installation = try Installation(redis: redis)
    let found = try findings(installation, exitCode: 78)
    #expect(grades(found) == ["redis eviction", "redis persistence"])
    let eviction = try #require(found["redis eviction"])
    let job = try installation.run("adstat rollover-hour")
    #expect(job.stderr.contains(eviction["found"] as? String ?? "?"))
    #expect(job.stderr.contains(eviction["mend"] as? String ?? "?"))
    try redis.run(["CONFIG", "SET", "maxmemory-policy", "noeviction"])
    try redis.run(["REPLICAOF", "127.0.0.1", "1"])
    #expect(try grades(findings(installation, exitCode: 78)).contains("redis role"))
  }

  @Test func expiryTimesAndADamagedStateAreFound() throws {
    let redis = try RedisServer()
    let installation = try Installation(redis: redis)
    try redis.run(["SET", "a_show", "5", "EX", "1000"])
    try redis.run(["SET", "other", "5", "EX", "1000"])
    try redis.run(["SET", "tally:adstat", "5"])
    let found = try findings(installation, exitCode: 78)
    #expect(found["redis expiry times"]?["found"] as? String == "1 of 1 keys, a_show among them")
    #expect(found["redis expiry times"]?["grade"] as? String == "warning")
    #expect(found["redis state"]?["grade"] as? String == "failing")
    // The job says it in the same words.
    let job = try installation.run("adstat rollover-hour")
    #expect(job.exitCode == 78)
    #expect(job.stderr.contains(found["redis state"]?["mend"] as? String ?? "?"))
  }

  @Test(
    arguments: [
      ("-hincrby", "+hincrby", 78), ("-del", "+del", 78), ("-setbit", "+setbit", 0),
      ("-eval", "+eval", 78), ("-pexpireat", "+pexpireat", 0), ("-hstrlen", "+hstrlen", 0),
    ] as [(String, String, Int32)])
  func aRightThatIsMissingIsNamedWithTheLineThatGivesIt(
    without: String, mend: String, exitCode: Int32
  ) throws {
    let redis = try RedisServer(configuration: ["appendonly yes"])
    let installation = try Installation(redis: redis)
    try redis.run(["ACL", "SETUSER", "tally", "on", "nopass", "~*", "+@all", without])
    let account = ["TALLY_REDIS_URL": "unix://tally@\(redis.socketPath)?db=0"]
    let found = try findings(installation, account, exitCode: exitCode)
    #expect(grades(found) == ["redis rights"])
    #expect(
      (found["redis rights"]?["mend"] as? String)?.hasPrefix("ACL SETUSER tally \(mend)") == true)
    #expect(try redis.run(["DBSIZE"]) == "0")
  }

  @Test func aKeyPatternThatIsMissingIsNamed() throws {
    let redis = try RedisServer(configuration: ["appendonly yes"])
    let installation = try Installation(redis: redis)
    try redis.run([
      "ACL", "SETUSER", "tally", "on", "nopass", "+@all", "~*_show", "~*_click", "~tally:*",
      "~adstat:shelf:*", "~loginLog_*", "~cpc:*",
    ])
    let found = try findings(
      installation, ["TALLY_REDIS_URL": "unix://tally@\(redis.socketPath)?db=0"], exitCode: 78)
    #expect(found["redis rights"]?["mend"] as? String == "ACL SETUSER tally ~*_day_* ~*_uv_*")
  }

  @Test(arguments: MySQLServer.available)
  func anAccountThatMayOnlyReadIsFound(flavor: MySQLServer.Flavor) throws {
    let installation = try Installation(flavor)
    let user = "reader_\(installation.mysqlDatabase)"
    try installation.mysql.run(
      """
      CREATE USER '\(user)'@'localhost';
      GRANT SELECT, INSERT ON \(installation.mysqlDatabase).* TO '\(user)'@'localhost';
      """)
    let url = installation.mysql.url(database: installation.mysqlDatabase, user: user)
    let found = try findings(installation, ["TALLY_MYSQL_URL": url], exitCode: 78)
    #expect(grades(found) == ["mysql rights", "redis persistence"])
    let rights = try #require(found["mysql rights"])
    #expect(
      (rights["found"] as? String)?.hasPrefix("missing: UPDATE on ad_ctr, UPDATE on ") == true)
    #expect((rights["found"] as? String)?.contains("UPDATE on cpc_day,") == true)
    #expect((rights["mend"] as? String)?.contains("--print-grants") == true)
    try installation.mysql.run(
      "GRANT UPDATE ON \(installation.mysqlDatabase).* TO '\(user)'@'localhost'")
    #expect(
      try grades(findings(installation, ["TALLY_MYSQL_URL": url], exitCode: 0))
        == ["redis persistence"])
  }

  @Test(arguments: MySQLServer.available)
  func aSchemaThatIsMissingOrSpoiltIsFound(flavor: MySQLServer.Flavor) throws {
    let installation = try Installation(flavor)
    try installation.mysql.run(
      "ALTER TABLE ad_ctr ENGINE = MyISAM", database: installation.mysqlDatabase)
    let spoilt = try findings(installation, exitCode: 78)
    #expect(grades(spoilt).contains("mysql tables"))
    #expect((spoilt["mysql tables"]?["found"] as? String)?.contains("engine MyISAM") == true)
    let empty = installation.mysql.url(database: try installation.mysql.freshDatabase())
    let missing = try findings(installation, ["TALLY_MYSQL_URL": empty], exitCode: 78)
    #expect(missing["mysql schema"]?["mend"] as? String == "Run `tally migrate`.")
  }

  @Test func clocksThatAreApartAreFound() throws {
    let clock = try FakeClock(at: "2020-02-29 09:00:00")
    let redis = try RedisServer(environment: clock.environment)
    let found = try findings(Installation(redis: redis), exitCode: 0)
    #expect(found["redis clock"]?["grade"] as? String == "warning")
    #expect((found["redis clock"]?["found"] as? String)?.hasSuffix(" s behind") == true)
    #expect(found["mysql clock"]?["grade"] as? String == "fine")
  }

  @Test func aServerThatIsDownHidesNothingElse() throws {
    let installation = try Installation()
    let redisDown = try findings(
      installation, ["TALLY_REDIS_URL": "unix:///nowhere/r"], exitCode: 69)
    #expect(grades(redisDown) == ["redis connection"])
    #expect(redisDown["mysql rights"]?["grade"] as? String == "fine")
    let mysqlDown = try findings(
      installation, ["TALLY_MYSQL_URL": "mysql://u@localhost/d?socket=/nowhere/m"], exitCode: 69)
    #expect(mysqlDown["redis rights"]?["grade"] as? String == "fine")
    let unset = try findings(installation, ["TALLY_MYSQL_URL": ""], exitCode: 78)
    #expect(unset["mysql settings"]?["grade"] as? String == "failing")
    #expect(unset["redis rights"]?["grade"] as? String == "fine")
  }

  @Test func directoriesAndTheZoneAreLookedAt() throws {
    let installation = try Installation()
    let folder = "\(installation.folder)/open"
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    #expect(chmod(folder, 0o777) == 0)
    let found = try findings(
      installation,
      [
        "TALLY_LOCK_DIR": folder, "TALLY_LOG_DIR": "\(installation.folder)/none",
        "TALLY_TIME_ZONE": "Europe/Nowhere",
      ], exitCode: 78)
    #expect(
      grades(found) == [
        "machine lock directory", "machine log directory", "machine time zone",
        "redis persistence",
      ])
    // A lock directory that is still to be made is not made.
    let later = "\(installation.folder)/a/b"
    let fine = try findings(installation, ["TALLY_LOCK_DIR": later], exitCode: 0)
    #expect(fine["machine lock directory"]?["grade"] as? String == "fine")
    #expect(!FileManager.default.fileExists(atPath: "\(installation.folder)/a"))
  }

  /// What is limited must be there to be looked at.
  @Test(arguments: MySQLServer.available)
  func limitsThatCannotBeKeptToAreFound(flavor: MySQLServer.Flavor) throws {
    let installation = try Installation(flavor)
    let itself = installation.mysql.url(database: installation.mysqlDatabase)
    let wrong = [
      "TALLY_MAX_LOAD": "Threads_runing=25", "TALLY_MAX_LAG": "5", "TALLY_REPLICA_URLS": itself,
    ]
    let found = try findings(installation, wrong, exitCode: 78)
    #expect(grades(found) == ["mysql load", "mysql replica", "redis persistence"])
    #expect((found["mysql replica"]?["found"] as? String)?.contains("is not a replica") == true)

    let right = try findings(installation, ["TALLY_MAX_LOAD": "Uptime=0"], exitCode: 0)
    #expect(grades(right) == ["redis persistence"])
    #expect((right["mysql load"]?["found"] as? String)?.hasPrefix("Uptime is ") == true)
    #expect(try findings(installation, exitCode: 0)["mysql load"] == nil)

    let lost = [
      "TALLY_MAX_LAG": "5", "TALLY_REPLICA_URLS": "mysql://u@localhost/d?socket=/nowhere",
    ]
    #expect(try grades(findings(installation, lost, exitCode: 69)).contains("mysql replica"))
    #expect(
      try grades(findings(installation, ["TALLY_MAX_RATE": "fast"], exitCode: 78))
        .contains("mysql pace"))
  }
}
