import Foundation
import TestServers
import Testing

/// `tally status`, as people and monitoring see it.
struct StatusCommandTests {
  @Test(arguments: MySQLServer.available)
  func aFreshInstallationOwesNothing(flavor: MySQLServer.Flavor) throws {
    let installation = try Installation(flavor)
    try installation.redis.run(["SET", "b\u{1B}_show", "5"], database: installation.redisDatabase)
    #expect(try installation.run("adstat image add a --url u").exitCode == 0)
    let output = try installation.run("status")
    #expect(output.exitCode == 0 && output.stderr == "", "\(output)")
    #expect(output.stdout.contains("\n  live counters  1  5 counts\n"))
    #expect(output.stdout.contains("\ncounted, but not in the catalogue: 1 code: b\\x1B\n"))
    #expect(output.stdout.hasSuffix("\nnothing is late\n"))
  }

  @Test(arguments: MySQLServer.available)
  func whatIsLateMakesTheProbeFail(flavor: MySQLServer.Flavor) throws {
    let installation = try Installation(flavor)
    try installation.mysql.run(
      "UPDATE tally_schema SET applied_at = '2020-01-01'", database: installation.mysqlDatabase)
    let output = try installation.run("status --json")
    #expect(output.exitCode == 1)
    #expect(output.stderr == "")
    let report = try object(output.stdout)
    #expect(report["ok"] as? Bool == false)
    #expect((report["late"] as? [String])?.count == 4)
    let jobs = try #require(report["jobs"] as? [[String: Any]])
    #expect(
      jobs.map { $0["job"] as? String } == [
        "adstat rollover-hour", "adstat archive-day", "cpc archive-day", "loginlog sync-week",
        "loginlog expire",
      ])
    // Without a sketch its archive is not owed.
    #expect(jobs.map { $0["late"] as? Bool } == [true, true, false, true, true])
    #expect(jobs.allSatisfy { $0["last_success"] is NSNull })

    #expect(try installation.run("adstat rollover-hour").exitCode == 0)
    let after = try object(try installation.run("status --json").stdout)
    #expect((after["late"] as? [String])?.count == 3)
    let rollover = try #require((after["jobs"] as? [[String: Any]])?.first)
    #expect(rollover["last_exit_code"] as? Int == 0)
    #expect((rollover["age_seconds"] as? Int).map { (0..<60).contains($0) } == true)
  }

  @Test func sketchesAreShownByDayWithWhatBecameOfThem() throws {
    let installation = try Installation()
    for key in ["a_uv_2020-02-28", "b_uv_2020-02-28", "a_uv_9999-12-31"] {
      try installation.redis.run(["PFADD", key, "x"], database: installation.redisDatabase)
    }
    let before = try installation.run("status")
    #expect(before.exitCode == 0, "\(before)")
    #expect(before.stdout.contains("\n  sketches of 2020-02-28  2  closed, not archived\n"))
    #expect(before.stdout.contains("\n  sketches of 9999-12-31  1  counting\n"))
    #expect(try installation.run("cpc archive-day --keep-days 36525").exitCode == 0)
    let path = "\(installation.folder)/tally.prom"
    let after = try object(try installation.run("status --json --prometheus \(path)").stdout)
    let days = (after["waiting"] as? [String: Any])?["day_sketches"] as? [[String: Any]]
    #expect(days?.map { $0["archived"] as? Bool } == [true, false])
    #expect(days?.first?["sketches"] as? Int == 2 && days?.first?["closed"] as? Bool == true)
    let samples = try PrometheusFile(String(contentsOfFile: path, encoding: .utf8)).samples
    #expect(samples["tally_day_sketches"] == 3 && samples["tally_unarchived_day_sketches"] == 0)
  }

  @Test func aServerThatIsDownIsSaidAndTheRestShown() throws {
    let installation = try Installation()
    let down = ["TALLY_MYSQL_URL": "mysql://u@localhost/d?socket=/nowhere/m"]
    let output = try installation.run("status", down)
    #expect(output.exitCode == 69)
    #expect(output.stderr.contains("/nowhere/m") && output.stderr.contains("HINT: "))
    #expect(output.stdout.contains("waiting in Redis"))
    let report = try object(try installation.run("status --json", down).stdout)
    #expect(report["redis"] as? String == "ok")
    #expect((report["mysql"] as? String)?.contains("/nowhere/m") == true)
    let redis = try installation.run("status --json", ["TALLY_REDIS_URL": "unix:///nowhere/r"])
    #expect(redis.exitCode == 69)
    #expect(try object(redis.stdout)["waiting"] is NSNull)
  }

  @Test(arguments: MySQLServer.available)
  func theFileForPrometheusKeepsToItsFormat(flavor: MySQLServer.Flavor) throws {
    let installation = try Installation(flavor)
    try installation.addLogin()
    try installation.redis.run(["SET", "a_show", "5"], database: installation.redisDatabase)
    let path = "\(installation.folder)/tally.prom"
    #expect(try installation.run("status --prometheus \(path)").exitCode == 0)
    let families = try PrometheusFile(String(contentsOfFile: path, encoding: .utf8)).samples
    #expect(families["tally_redis_up"] == 1)
    #expect(families["tally_mysql_up"] == 1)
    #expect(families["tally_live_counters"] == 1)
    #expect(families["tally_live_counts"] == 5)
    #expect(families["tally_login_bitmaps"] == 1)
    #expect(families["tally_job_late{job=\"loginlog expire\"}"] == 0)
    #expect(families["tally_job_last_success_timestamp_seconds{job=\"loginlog expire\"}"] == nil)
    // Another user reads it, and nothing else is left behind.
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o644)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: installation.folder) == ["tally.prom"])

    let down = try installation.run(
      "status --prometheus \(path)", ["TALLY_REDIS_URL": "unix:///nowhere/r"])
    #expect(down.exitCode == 69)
    let after = try PrometheusFile(String(contentsOfFile: path, encoding: .utf8)).samples
    #expect(after["tally_redis_up"] == 0)
    #expect(after["tally_live_counters"] == nil)
  }

  @Test func aFileThatCannotBeReplacedStaysAsItWas() throws {
    let installation = try Installation()
    let output = try installation.run("status --prometheus /nowhere/tally.prom")
    #expect(output.exitCode == 73)
    #expect(output.stderr.contains("/nowhere/"))
    // The old one is a folder, which nothing can be renamed to.
    let folder = "\(installation.folder)/tally.prom"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    #expect(try installation.run("status --prometheus \(folder)").exitCode == 74)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: installation.folder) == ["tally.prom"])
  }

  @Test func statusLeavesNoLockAndNoRow() throws {
    let installation = try Installation()
    #expect(try installation.run("status").exitCode == 0)
    #expect(try FileManager.default.contentsOfDirectory(atPath: installation.folder) == [])
    #expect(
      try installation.mysql.run(
        "SELECT COUNT(*) FROM tally_run", database: installation.mysqlDatabase) == "0")
  }

  @Test(
    arguments: [
      "a 1", "# TYPE a gauge\na 1\n", "# HELP a b\n# TYPE a gauge\na one\n",
      "# HELP a b\n# TYPE a gauge\na 1\na 2\n", "# HELP a b\n# TYPE a gauge\nb 1\n",
      "# HELP a b\n# TYPE a gauge\na{x=\"1} 1\n",
    ])
  func aFileInAnotherFormatWouldBeNoticed(text: String) {
    #expect(throws: TestFailure.self) { try PrometheusFile(text) }
  }
}

/// Reads the text format of Prometheus as strictly as its own checker: each family once, with its HELP
/// and its TYPE before its samples, names and values well-formed, no sample twice, a line end at the end.
private struct PrometheusFile {
  var samples: [String: Double] = [:]

  init(_ text: String) throws {
    guard text.hasSuffix("\n") else { throw TestFailure("no line end at the end") }
    var families: Set<String> = []
    var family = ""
    var hasType = false
    for line in text.dropLast().split(separator: "\n", omittingEmptySubsequences: false) {
      if let help = line.wholeMatch(of: /# HELP ([a-z_]+) \S.*/) {
        family = String(help.1)
        hasType = false
        guard families.insert(family).inserted else { throw TestFailure("twice: \(line)") }
      } else if let type = line.wholeMatch(of: /# TYPE ([a-z_]+) gauge/) {
        guard type.1 == family else { throw TestFailure("no HELP before: \(line)") }
        hasType = true
      } else if let sample = line.wholeMatch(
        of: /(([a-z_]+)(?:\{[a-z_]+="[^"\\\n]*"(?:,[a-z_]+="[^"\\\n]*")*\})?) (-?[0-9.]+)/)
      {
        guard sample.2 == family, hasType, let value = Double(sample.3),
          samples.updateValue(value, forKey: String(sample.1)) == nil
        else { throw TestFailure("out of place: \(line)") }
      } else {
        throw TestFailure("not in the format: \(line)")
      }
    }
  }
}
