import Foundation
import TestServers
import Testing

/// What a job prints, where, and when it keeps silent.
struct OutputTests {
  private static let month = "--month 2026-11"

  @Test(arguments: MySQLServer.available)
  func aJobThatIsDoneIsSilentWithoutATerminal(flavor: MySQLServer.Flavor) throws {
    let installation = try Installation(flavor)
    try installation.addLogin()
    let output = try installation.run("loginlog sync-week \(Self.month)")
    #expect(output.exitCode == 0)
    #expect(output.stdout + output.stderr == "")
  }

  @Test(arguments: MySQLServer.available)
  func jsonIsOneObjectWithThePinnedFields(flavor: MySQLServer.Flavor) throws {
    let installation = try Installation(flavor)
    try installation.addLogin()
    let output = try installation.run("loginlog sync-week \(Self.month) --json")
    #expect(output.exitCode == 0)
    #expect(output.stderr == "")
    var report = try object(output.stdout)
    #expect(report.removeValue(forKey: "seconds") is Double)
    #expect(report.removeValue(forKey: "job") as? String == "loginlog sync-week")
    #expect(report.removeValue(forKey: "dry_run") as? Bool == false)
    #expect(
      report as? [String: Int] == [
        "schema": 1, "found": 1, "changed": 1, "unchanged": 0, "forgotten": 0, "rejected": 0,
      ])
  }

  @Test func jsonComesAlsoAfterAFailure() throws {
    let output = try Installation().run("loginlog sync-week --json --redis-url unix:///nowhere/r")
    #expect(output.exitCode == 69)
    let report = try object(output.stdout)
    #expect(report["changed"] as? Int == 0)
    #expect((report["error"] as? String)?.contains("/nowhere/r") == true)
    #expect(output.stderr.hasPrefix("tally: error: redis connect"))
  }

  @Test func onATerminalOneLineSumsUp() throws {
    let installation = try Installation()
    try installation.addLogin()
    let output = try installation.tool.runOnTerminal(
      words("loginlog sync-week \(Self.month) --progress never"),
      environment: installation.environment)
    #expect(output.exitCode == 0)
    #expect(
      output.stdout.wholeMatch(
        of:
          /loginlog sync-week: 1 bitmap read, 1 row written, 0 already right, 0 rejected in \d+\.\d s\r\n/
      ) != nil, "\(output.stdout)")
  }

  @Test func progressIsDrawnOnATerminalAndTakenAway() throws {
    let installation = try Installation()
    try installation.addLogin()
    let arguments = words("loginlog sync-week \(Self.month)")
    let output = try installation.tool.runOnTerminal(
      arguments, environment: installation.environment)
    #expect(output.stdout.contains("100%"), "\(output.stdout)")
    #expect(output.stdout.contains("\u{1B}[32m"))
    let end = try #require(output.stdout.range(of: "\r\u{1B}[K", options: .backwards))
    #expect(output.stdout[end.upperBound...].hasPrefix("loginlog sync-week: "))
    let plain = try installation.tool.runOnTerminal(
      arguments, environment: installation.environment.merging(["NO_COLOR": "1"]) { $1 })
    #expect(plain.stdout.contains("100%"))
    #expect(!plain.stdout.contains("\u{1B}[32m"))
    let dumb = try installation.tool.runOnTerminal(
      arguments, environment: installation.environment.merging(["TERM": "dumb"]) { $1 })
    #expect(!dumb.stdout.contains("100%"))
  }

  @Test func jsonOnATerminalLeavesStdoutToTheObject() throws {
    let installation = try Installation()
    try installation.addLogin()
    let output = try installation.tool.runOnTerminal(
      words("loginlog sync-week \(Self.month) --json"), environment: installation.environment,
      capturingStdout: true)
    #expect(try object(output.stdout)["found"] as? Int == 1)
    #expect(output.stderr.contains("100%"))
  }

  @Test func progressIsDrawnWithoutATerminalWhenAskedFor() throws {
    let installation = try Installation()
    try installation.addLogin()
    let output = try installation.run("loginlog sync-week \(Self.month) --progress always")
    #expect(output.exitCode == 0)
    #expect(output.stderr.contains("100%"))
    #expect(!output.stderr.contains("\u{1B}[32m"))
    #expect(output.stderr.hasSuffix("\r\u{1B}[K"))
    #expect(output.stdout == "")
  }

  @Test func tenRejectedItemsAreNamedAndTheOthersCounted() throws {
    let installation = try Installation()
    for id in 10..<23 { try installation.addLogin(type: "", id: "\u{1B}\(id)") }
    try installation.addLogin()
    let output = try installation.run("loginlog sync-week \(Self.month) --json")
    #expect(output.exitCode == 65)
    #expect(try object(output.stdout)["rejected"] as? Int == 13)
    #expect(try object(output.stdout)["changed"] as? Int == 1)
    let lines = output.stderr.split(separator: "\n")
    #expect(lines.filter { $0.contains(#"tally: rejected: loginLog_2026-11__\x1B"#) }.count == 10)
    #expect(lines.last == "tally: rejected: and 3 more")
    #expect(lines.count == 11)
  }

  @Test func rejectedItemsAreSummedUpForCronsMail() throws {
    let installation = try Installation()
    try installation.addLogin(type: "")
    let output = try installation.run("loginlog sync-week \(Self.month)")
    #expect(output.exitCode == 65)
    #expect(output.stderr.contains("1 rejected in "))
  }

  @Test(arguments: [
    #""$0" "$@" >/dev/full"#, #""$0" "$@" >&-"#,
    // The reader is gone before the report comes.
    #"set -o pipefail; { sleep 0.3; "$0" "$@"; } | true"#,
  ])
  func aLostReportIsAnErrorAlthoughTheWorkIsDone(script: String) throws {
    let installation = try Installation(wrapper: ["bash", "-c", script])
    try installation.addLogin()
    let output = try installation.run("loginlog sync-week \(Self.month) --json")
    #expect(output.exitCode == 74)
    #expect(output.stderr.hasPrefix("tally: error: stdout: "))
    #expect(
      try installation.mysql.run(
        "SELECT COUNT(*) FROM login_month", database: installation.mysqlDatabase) == "1")
  }

  @Test func theHistoryKnowsRealRunsAndNoDryOnes() throws {
    let installation = try Installation()
    try installation.addLogin()
    #expect(try installation.run("loginlog sync-week \(Self.month) --dry-run").exitCode == 0)
    #expect(try installation.run("loginlog sync-week \(Self.month)").exitCode == 0)
    try installation.addLogin(type: "")
    #expect(try installation.run("loginlog sync-week \(Self.month)").exitCode == 65)
    let rows = try installation.mysql.run(
      "SELECT job, exit_code, found, changed, unchanged, rejected FROM tally_run ORDER BY id",
      database: installation.mysqlDatabase)
    #expect(
      rows.split(separator: "\n") == [
        "loginlog sync-week\t0\t1\t1\t0\t0", "loginlog sync-week\t65\t1\t0\t1\t1",
      ])
  }
}
