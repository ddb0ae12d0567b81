import Foundation
import TestServers
import Testing

/// What a user reads before anything runs.
struct HelpTests {
  static let jobs = [
    "adstat rollover-hour", "adstat archive-day", "adstat shelve", "loginlog sync-week",
    "loginlog expire", "loginlog restore", "cpc archive-day",
  ]
  static let questions = [
    "loginlog mark", "loginlog day", "loginlog month", "loginlog range", "loginlog active",
    "loginlog calendar", "adstat report",
  ]
  static let sketches =
    ["update", "estimate", "update2est", "update2jud", "merge"].map { "cpc \($0)" }
    + ["update", "estimate", "range", "range-merge", "update2est", "update2jud"].map {
      "cpc array \($0)"
    }
  static let catalogue =
    ["group", "image", "style"].flatMap { kind in
      ["list", "add", "set", "remove"].map { "adstat \(kind) \($0)" }
    } + ["adstat export", "adstat import"]

  @Test(
    arguments: jobs + questions + catalogue + sketches + [
      "migrate", "doctor", "status", "verify",
    ])
  func helpHasAnExampleAndEndsWithTheExitCodes(command: String) throws {
    let output = try TallyTool().run(words(command) + ["--help"])
    #expect(output.exitCode == 0)
    #expect(output.stderr.isEmpty)
    #expect(output.stdout.contains("\nEXAMPLE\n  tally \(command)"))
    let end = try #require(output.stdout.range(of: "\nEXIT STATUS\n"))
    let lines = output.stdout[end.upperBound...].split(separator: "\n")
    #expect(lines.allSatisfy { $0.hasPrefix("  ") })
    #expect(lines.first?.hasPrefix("  0 ") == true)
    #expect(lines.last?.hasPrefix("  128+n") == true)
    for code in ["64", "69", "75", "77", "78"] {
      #expect(lines.contains { $0.hasPrefix("  \(code)  ") }, "\(code)")
    }
  }

  @Test(arguments: jobs)
  func helpListsTheOptionsOfEveryJob(command: String) throws {
    let help = try TallyTool().run(words(command) + ["--help"]).stdout
    for option in [
      "--redis-url", "--mysql-url", "--env-file", "--time-zone", "--json", "--log-level",
      "--progress", "--dry-run", "--no-lock", "--lock-dir", "--max-rate",
    ] {
      #expect(help.contains(option), "\(option)")
    }
  }

  /// Whatever is added has to say how it is used and how it ends.
  @Test func noCommandIsWithoutAnExampleAndItsExitCodes() throws {
    var waiting: [[String]] = [[]]
    var commandCount = 0
    while let command = waiting.popLast() {
      let help = try TallyTool().run(command + ["--help"]).stdout
      let name = (["tally"] + command).joined(separator: " ")
      let parts = subcommands(help)
      waiting += parts.map { command + [$0] }
      guard command.isEmpty || parts.isEmpty else { continue }
      commandCount += 1
      #expect(help.contains("\nEXAMPLE\n  \(name)"), "\(name)")
      #expect(help.contains("\nEXIT STATUS\n  0 "), "\(name)")
    }
    #expect(commandCount > 25)
  }

  private func subcommands(_ help: String) -> [String] {
    guard let start = help.range(of: "\nSUBCOMMANDS:\n") else { return [] }
    let lines = help[start.upperBound...].split(separator: "\n", omittingEmptySubsequences: false)
    // A description that is too long goes on further to the right.
    return lines.prefix { !$0.isEmpty }.filter { $0.hasPrefix("  ") && !$0.hasPrefix("   ") }
      .compactMap { $0.split(separator: " ").first.map(String.init) }
  }

  /// Each line of the first page that answers a question can be typed as it stands there.
  @Test func theFirstPageAnswersWhatPeopleAsk() throws {
    let help = try TallyTool().run(["--help"]).stdout
    #expect(
      help.contains(
        "  tally loginlog active last-week --type client\n"
          + "    # who of type client logged in last week?\n"
      ))
    let installation = try Installation()
    let lines = help.split(separator: "\n").filter { $0.hasPrefix("  tally ") }
    #expect(lines.count >= 8)
    for line in lines {
      let command = line.split(separator: " ").dropFirst()
      let output = try installation.run(command.joined(separator: " "))
      #expect(output.exitCode == 0, "\(line): \(output)")
    }
  }

  @Test func theVersionIsANumberOnOneLine() throws {
    let output = try TallyTool().run(["--version"])
    #expect(output.exitCode == 0)
    #expect(output.stdout.wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil)
  }

  @Test func withoutACommandTheCommandsAreListed() throws {
    let output = try TallyTool().run([])
    #expect(output.exitCode == 0)
    for command in ["adstat", "loginlog", "cpc", "migrate"] {
      #expect(output.stdout.contains(command))
    }
  }

  @Test func helpThatCannotBeWrittenIsAnError() throws {
    let tool = TallyTool(wrapper: ["sh", "-c", #"exec "$0" "$@" >/dev/full"#])
    let output = try tool.run(["--help"])
    #expect(output.exitCode == 74)
    #expect(output.stderr.hasPrefix("tally: error: stdout: "))
  }
}
