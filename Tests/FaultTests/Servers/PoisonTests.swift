import Foundation
import Jobs
import TestServers
import Testing

/// Keys and values that are not what they should be: named, left where they are, and in nobody's way.
struct PoisonTests {
  private static let ceiling = "9223372036854775800"

  private func plant(_ site: Site, _ commands: [[String]]) throws -> [String] {
    for command in commands { try site.redis.run(command) }
    return try commands.map { try site.redis.run(["DUMP", $0[1]]) }
  }

  private func expectNamed(
    _ output: TallyTool.Output, _ commands: [[String]],
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(output.exitCode == 65, "\(output.stderr)", sourceLocation: sourceLocation)
    for command in commands {
      #expect(
        output.stderr.contains("rejected: \(command[1]): "), "\(command): \(output.stderr)",
        sourceLocation: sourceLocation)
    }
  }

  @Test(arguments: [
    [
      ["SET", "float_show", "1.5"], ["SET", "text_show", "many"], ["SET", "minus_show", "-3"],
      ["SET", "zeros_show", "007"], ["SET", "empty_show", ""], ["SET", "exponent_click", "1e3"],
      ["SET", "long_show", "1234567890123456789"],
    ],
    [
      ["HSET", "hash_show", "a", "1"], ["RPUSH", "list_show", "1"], ["SADD", "set_click", "1"],
      ["SET", "_show", "1"], ["SET", String(repeating: "x", count: 129) + "_show", "4"],
    ],
  ])
  func aLiveCounterThatIsNoneIsNamedAndTheOthersMove(poison: [[String]]) throws {
    let site = try Site()
    try site.fill()
    try site.redis.run(["SET", "zero_show", "0"])
    let planted = try plant(site, poison)
    for round in 1...3 {
      let output = try site.run(.rollOver, "--json")
      expectNamed(output, poison)
      #expect(output.stdout.contains("\"changed\":\(round == 1 ? 3 : 0)"))
      #expect(!output.stderr.contains("zero_show"))
    }
    #expect(try poison.map { try site.redis.run(["DUMP", $0[1]]) } == planted)
    for command in poison { try site.redis.run(["DEL", command[1]]) }
    try site.redis.run(["DEL", "zero_show"])
    try site.expectSettled()
  }

  /// The day's hash cannot take the count: too much of it, no number there, no hash, no lineage.
  @Test func aDayHashThatCannotTakeACountKeepsItsCounterLive() throws {
    let site = try Site()
    try site.fill()
    try site.perform(.rollOver)
    let lineage = try site.redis.run(["HGET", "tally:adstat", "lineage"])
    let day = "_day_show_2026-11-20"
    let poison = [
      ["HSET", "full\(day)", "lineage", lineage, "8", Self.ceiling],
      ["HSET", "word\(day)", "lineage", lineage, "8", "many"],
      ["SET", "text\(day)", "1"], ["HSET", "alien\(day)", "8", "1"],
    ]
    let planted = try plant(site, poison)
    for code in ["full", "word", "text", "alien"] {
      try site.redis.run(["SET", "\(code)_show", "100"])
    }
    for _ in 1...3 {
      let output = try site.run(.rollOver)
      expectNamed(
        output,
        poison.map {
          ["", $0[1].replacing("_day_show_2026-11-20", with: "_show")]
        })
    }
    #expect(
      try site.redis.run(["MGET", "full_show", "word_show", "text_show", "alien_show"])
        == "100\n100\n100\n100")
    #expect(try poison.map { try site.redis.run(["DUMP", $0[1]]) } == planted)
    for command in poison {
      try site.redis.run(["DEL", command[1], command[1].replacing(day, with: "_show")])
    }
    try site.expectSettled()
  }

  @Test(arguments: MySQLServer.available)
  func aPoisonedDayHashIsNamedAndTheOthersAreArchived(flavor: MySQLServer.Flavor) throws {
    let site = try Site(flavor)
    try site.arrange(for: .archive)
    let lineage = try site.redis.run(["HGET", "tally:adstat", "lineage"])
    let day = "_day_show_2026-11-20"
    let long = String(repeating: "x", count: 129)
    let poison = [
      ["SET", "text\(day)", "1"], ["HSET", "junk\(day)", "lineage", lineage, "8", "1.5"],
      ["HSET", "hour\(day)", "lineage", lineage, "24", "1"], ["HSET", "alien\(day)", "8", "1"],
      ["HSET", "huge\(day)", "lineage", lineage, "8", "9223372036854775808"],
      ["HSET", "\(long)\(day)", "lineage", lineage, "8", "1"],
      ["HSET", "A_day_show_2026-02-30", "lineage", lineage, "8", "1"],
    ]
    let planted = try plant(site, poison)
    for _ in 1...3 { expectNamed(try site.run(.archive), poison) }
    #expect(try site.totals() == Site.totals)
    #expect(try poison.map { try site.redis.run(["DUMP", $0[1]]) } == planted)
    for command in poison { try site.redis.run(["DEL", command[1]]) }
    try site.expectSettled(logins: Site.logins)
  }

  /// The largest one, as long as Redis allows, is looked at by its length alone.
  @Test func aPoisonedBitmapIsNamedNeverFetchedAndTheOthersAreMerged() throws {
    let site = try Site()
    try site.fill()
    for (job, month) in [(SiteJob.sync, "2026-11"), (.expire, "2026-08")] {
      let poison = [
        ["SETBIT", "loginLog_\(month)_web_huge", "4294967295", "1"],
        ["SETBIT", "loginLog_\(month)_web_long", "32", "1"],
        ["SETBIT", "loginLog_\(month)_web_zero", "0", "1"],
        ["HSET", "loginLog_\(month)_web_hash", "1", "1"],
        ["SETBIT", "loginLog_\(month)_" + String(repeating: "t", count: 33) + "_1", "9", "1"],
        ["SETBIT", "loginLog_\(month)_web_" + String(repeating: "i", count: 129), "9", "1"],
      ]
      for command in poison { try site.redis.run(command) }
      let sent = try sentByteCount(site)
      for _ in 1...2 { expectNamed(try site.run(job), poison) }
      #expect(try sentByteCount(site) - sent < 1_000_000)
      for command in poison {
        #expect(try site.redis.run(["EXISTS", command[1]]) == "1")
        try site.redis.run(["DEL", command[1]])
      }
    }
    try site.expectSettled()
  }

  private func sentByteCount(_ site: Site) throws -> Int {
    let line = try site.redis.run(["INFO", "stats"]).split(whereSeparator: \.isNewline)
      .first { $0.hasPrefix("total_net_output_bytes:") }
    return Int(line?.split(separator: ":").last ?? "") ?? 0
  }

  /// Names that would climb out of the folder, run as a formula, or drive a terminal.
  @Test(arguments: ["../../../x", "=cmd()", "\u{1B}]0;owned\u{07}", "\u{202E}txt", "a\nb\tc"])
  func aHostileNameIsShownHarmlessAndTouchesNothingElse(id: String) throws {
    let site = try Site()
    try site.redis.run(["SETBIT", "loginLog_2026-08_web_\(id)", "20", "1"])
    try site.redis.run(["SET", "\(id)_show", "1.5"])
    try site.redis.run(["HSET", "loginLog_2026-08_web2_\(id)", "1", "1"])
    for job in SiteJob.allCases {
      let output = try site.run(job, "--json --log-level info")
      #expect([0, 65].contains(output.exitCode))
      expectHarmless(output.stdout + output.stderr)
      let shown = try TallyTool().runOnTerminal(
        job.rawValue.split(separator: " ").map(String.init), environment: site.environment)
      // What the progress bar itself sends: green and back, erase the line, back to its start.
      expectHarmless(
        shown.stdout.replacing(/\u{1B}\[(32m|0m|K)/, with: "").replacing("\r\n", with: "\n")
          .replacing("\r", with: ""))
    }
    let files = try FileManager.default.subpathsOfDirectory(atPath: site.folder).sorted()
    let log = try #require(files.first { $0.hasPrefix("logs/loginlog-expired-2026-11-20") })
    #expect(files.filter { !$0.hasSuffix(".lock") } == ["locks", "logs", log])
    let line = try String(contentsOfFile: "\(site.folder)/\(log)", encoding: .utf8)
    let hex = id.utf8.map { String(format: "%02x", $0) }.joined()
    #expect(line.contains("\(hex)\""))
    expectHarmless(line)
    #expect(line.split(separator: "\n").count == 1)
    #expect(try site.query("SELECT HEX(user_id) FROM login_month") == [hex.uppercased()])
  }

  private func expectHarmless(
    _ text: String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let controls = text.unicodeScalars.filter {
      $0 != "\n" && ($0.properties.generalCategory == .control || $0 == "\u{202E}")
    }
    #expect(controls.isEmpty, "\(text.debugDescription)", sourceLocation: sourceLocation)
  }
}
