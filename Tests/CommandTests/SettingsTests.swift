import Foundation
import TestServers
import Testing

/// Where settings come from, in which order, and what a wrong or missing one gets.
///
/// `loginlog expire` is run against servers that are not there: which address the error names tells
/// where the setting came from.
struct SettingsTests {
  private let expire = ["loginlog", "expire", "--no-lock", "--log-dir", "/tmp"]
  private let mysql = ["TALLY_MYSQL_URL": "mysql://u@localhost/d?socket=/nowhere/my.sock"]

  private func redisFrom(
    flag: String? = nil, environment: String? = nil, file: String? = nil, secret: String? = nil
  ) throws -> String {
    var variables = mysql
    variables["TALLY_REDIS_URL"] = environment.map { "unix:///nowhere/\($0)" }
    let envFile = try TemporaryFile(file.map { "TALLY_REDIS_URL='unix:///nowhere/\($0)'\n" } ?? "")
    variables["TALLY_ENV_FILE"] = envFile.path
    let secrets = try PrivateFolder.make()
    defer { try? PrivateFolder.remove(secrets) }
    if let secret {
      try "unix:///nowhere/\(secret)\n".write(
        toFile: "\(secrets)/TALLY_REDIS_URL", atomically: false, encoding: .utf8)
    }
    variables["CREDENTIALS_DIRECTORY"] = secrets
    let output = try TallyTool().run(
      expire + (flag.map { ["--redis-url", "unix:///nowhere/\($0)"] } ?? []),
      environment: variables)
    #expect(output.exitCode == (flag ?? environment ?? file ?? secret == nil ? 78 : 69))
    return output.stderr
  }

  @Test func aNameThatIsNearlyASettingIsWarnedOfWithTheOneItMayMean() throws {
    let installation = try Installation()
    let file = try TemporaryFile("TALLY_TIMEZONE=Europe/Berlin\nTALLY_OTHER=1\n")
    let output = try installation.run(
      "loginlog sync-week",
      [
        "TALLY_ENV_FILE": file.path, "TALLY_REDIS_ULR": "redis://127.0.0.1", "TALL_SHIP": "1",
        "TALLY_TRY_PASSWORD": "x",
      ])
    #expect(output.exitCode == 0)
    #expect(
      output.stderr.split(separator: "\n") == [
        "tally: warning: TALLY_REDIS_ULR in the environment is no setting of tally and is passed "
          + "over; TALLY_REDIS_URL is one",
        "tally: warning: TALLY_TIMEZONE in \(file.path) is no setting of tally and is passed over; "
          + "TALLY_TIME_ZONE is one",
      ])
    let doctor = try installation.run("doctor", ["TALLY_KEEP_DAY": "3"])
    #expect(doctor.exitCode == 0)
    #expect(doctor.stdout.contains("misspelt setting") && doctor.stdout.contains("TALLY_KEEP_DAYS"))
  }

  @Test func theFlagComesBeforeAllOthers() throws {
    let error = try redisFrom(flag: "f", environment: "e", file: "l", secret: "s")
    #expect(error.contains("/nowhere/f"))
  }

  @Test func theEnvironmentComesBeforeTheFile() throws {
    #expect(try redisFrom(environment: "e", file: "l", secret: "s").contains("/nowhere/e"))
  }

  @Test func theFileComesBeforeTheSecrets() throws {
    #expect(try redisFrom(file: "l", secret: "s").contains("/nowhere/l"))
  }

  @Test func theSecretsComeLast() throws {
    #expect(try redisFrom(secret: "s").contains("/nowhere/s"))
  }

  @Test func anEmptyValueCountsAsNone() throws {
    let file = try TemporaryFile("TALLY_REDIS_URL=unix:///nowhere/l\n")
    let output = try TallyTool().run(
      expire + ["--env-file", file.path],
      environment: mysql.merging(["TALLY_REDIS_URL": ""]) { $1 })
    #expect(output.stderr.contains("/nowhere/l"))
  }

  @Test func aMissingSettingIsNamedWithAllPlacesLookedAt() throws {
    let error = try redisFrom()
    let line = try #require(error.split(separator: "\n").first)
    #expect(
      line.contains("no Redis server: looked for --redis-url, TALLY_REDIS_URL in the environment"))
    #expect(line.matches(of: /, in \//).count == 2)
    #expect(error.contains("\nHINT: Set TALLY_REDIS_URL, for example to redis://"))
  }

  @Test(arguments: [
    ("TALLY_REDIS_URL", "http://u:geheim@h"), ("TALLY_REDIS_URL", "redis://u:geheim@h:port"),
    ("TALLY_MYSQL_URL", "mysql://u:geheim@h"), ("TALLY_MYSQL_URL", "postgres://u:geheim@h/d"),
    ("TALLY_TIME_ZONE", "Mars/Phobos"), ("TALLY_TIME_ZONE", "../../etc/passwd"),
    ("TALLY_TIME_ZONE", "/etc/localtime"), ("TALLY_TIME_ZONE", "EST5EDT4,M3.2.0"),
    ("TALLY_HASH_TAGS", "perhaps"), ("TALLY_EXPIRE_AFTER_DAYS", "31"),
    ("TALLY_EXPIRE_AFTER_DAYS", "soon"), ("TALLY_MAX_RATE", "0"), ("TALLY_MAX_RATE", "fast"),
    ("TALLY_MAX_LOAD", "Threads_running"), ("TALLY_MAX_LAG", "-1"), ("TALLY_MAX_PAUSE", "0"),
    ("TALLY_REPLICA_URLS", "mysql://u:geheim@h/d?a=b mysql://u:geheim@h"),
  ])
  func aWrongValueIsAMatterOfConfiguration(key: String, value: String) throws {
    var variables = mysql
    variables["TALLY_REDIS_URL"] = "unix:///nowhere/r.sock"
    variables[key] = value
    let output = try TallyTool().run(expire, environment: variables)
    #expect(output.exitCode == 78)
    #expect(output.stdout.isEmpty)
    let line = try #require(output.stderr.split(separator: "\n").first)
    #expect(line.hasPrefix("tally: error: "))
    if key != "TALLY_TIME_ZONE" { #expect(line.contains("\(key) in the environment: ")) }
    #expect(!output.stderr.contains("geheim"))
  }

  @Test(
    arguments: [
      (["--max-lag", "5"], [:], Int32(64), "--replica-url"),
      ([], ["TALLY_MAX_LAG": "5"], 78, "TALLY_REPLICA_URLS"),
      (["--replica-url", "mysql://u@h/d"], [:], 64, "--max-lag"),
      // Replicas that nobody asks for are none of a run's business: this one ends for want of a Redis.
      ([], ["TALLY_REPLICA_URLS": "mysql://u@h/d mysql://u@i/d"], 69, "/nowhere/r.sock"),
    ] as [([String], [String: String], Int32, String)])
  func aLagTakesReplicas(
    flags: [String], variables: [String: String], exitCode: Int32, named: String
  ) throws {
    let site = mysql.merging(["TALLY_REDIS_URL": "unix:///nowhere/r.sock"]) { $1 }
    let output = try TallyTool().run(
      expire + flags, environment: site.merging(variables) { $1 })
    #expect(output.exitCode == exitCode, "\(output.stderr)")
    #expect(output.stderr.contains(named))
  }

  @Test func withoutZoneDataTheHintIsToInstallThem() throws {
    let empty = try PrivateFolder.make()
    defer { try? PrivateFolder.remove(empty) }
    var variables = mysql
    variables["TALLY_REDIS_URL"] = "unix:///nowhere/r.sock"
    variables["TZDIR"] = empty
    let output = try TallyTool().run(
      expire + ["--time-zone", "Europe/Berlin"], environment: variables)
    #expect(output.exitCode == 78)
    #expect(
      output.stderr.hasSuffix(
        "HINT: The zone data are not installed: install the package tzdata.\n"))
  }

  @Test(arguments: ["--redis-url", "--mysql-url"])
  func aWrongURLOnTheCommandLineIsAMatterOfUsage(flag: String) throws {
    let output = try TallyTool().run(
      expire + [flag, "gopher://u:geheim@h/d"],
      environment: mysql.merging(["TALLY_REDIS_URL": "unix:///nowhere/r.sock"]) { $1 })
    #expect(output.exitCode == 64)
    #expect(output.stderr.hasPrefix("tally: error: \(flag): "))
    #expect(!output.stderr.contains("geheim"))
  }

  @Test func noPasswordIsEverPrinted() throws {
    let file = try TemporaryFile(
      """
      TALLY_REDIS_URL=redis://user:geheim1@127.0.0.1:1/0
      TALLY_MYSQL_URL="mysql://user:geheim2@127.0.0.1:1/d?ssl-mode=disabled"
      TALLY_REDIS_PASSWORD=geheim3
      TALLY_MYSQL_PASSWORD=geheim4
      """)
    for command in ["loginlog expire --log-dir /tmp", "loginlog sync-week", "migrate"] {
      let output = try TallyTool().run(
        words(command) + ["--env-file", file.path, "--log-level", "info", "--json"])
      #expect(output.exitCode == 69, "\(command)")
      #expect(!(output.stdout + output.stderr).contains("geheim"))
    }
  }

  @Test func thePasswordMayStandInASettingOfItsOwn() throws {
    let server = try RedisServer(configuration: ["user tally on >geheim ~* &* +@all"])
    let installation = try Installation(redis: server)
    let address = "unix://tally@\(server.socketPath)?db=0"
    let wrong = try installation.run("loginlog sync-week", ["TALLY_REDIS_URL": address])
    #expect(wrong.exitCode == 77)
    let right = try installation.run(
      "loginlog sync-week", ["TALLY_REDIS_URL": address, "TALLY_REDIS_PASSWORD": "geheim"])
    #expect(right.exitCode == 0, "\(right.stderr)")
  }
}
