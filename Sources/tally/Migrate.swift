import ArgumentParser
import Jobs
import MySQLClient

struct Migrate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Brings tally's tables and views into a MySQL database, or prints them.",
    discussion: """
      Safe to repeat and to run twice at once. Nothing is ever dropped. Use an account that may \
      create tables and views; the jobs need less, see --print-grants.

      EXAMPLE
        tally migrate --mysql-url 'mysql://admin@localhost/tally?socket=/run/mysqld/mysqld.sock'
        tally migrate --print-grants --database tally

      \(ExitStatus.help([
        .done, .usage, .unavailable, .software, .inputOutput, .tryAgain, .noPermission,
        .configuration,
      ]))
      """)

  @Flag(help: "Print the statements instead of running them.")
  var printSQL = false

  @Flag(help: "Print the two accounts that tally needs and their rights.")
  var printGrants = false

  @Option(
    help: ArgumentHelp(
      "The database that --print-grants speaks of. Default: that of the MySQL URL.",
      valueName: "name"))
  var database: String?

  @Flag(name: .customLong("dry-run"), help: "Say what would be applied; apply nothing.")
  var isDryRun = false

  @OptionGroup var common: CommonOptions

  func validate() throws {
    if printSQL, printGrants {
      throw ValidationError("--print-sql and --print-grants exclude each other")
    }
    if let database {
      guard printGrants else { throw ValidationError("--database goes with --print-grants") }
      guard Migrate.isName(database) else {
        throw ValidationError("--database accepts 1 to 64 of A-Z, a-z, 0-9 and _")
      }
    }
  }

  mutating func run() async throws {
    var applied: [String] = []
    let clock = ContinuousClock()
    let began = clock.now
    do {
      if printSQL { return try writeToStdout(Jobs.Migrate.printedSQL()) }
      let settings = try await Settings(common)
      if printGrants { return try writeToStdout(grants(settings)) }
      applied = try Jobs.Migrate().perform(on: try settings.mysqlEndpoint(), isDryRun: isDryRun)
      try say(applied, failure: nil, seconds: (clock.now - began) / .seconds(1))
    } catch {
      complain(about: error)
      if common.json, !printSQL, !printGrants, ExitStatus(of: error) != .inputOutput {
        try? say(applied, failure: error, seconds: (clock.now - began) / .seconds(1))
      }
      throw ExitCode(ExitStatus(of: error).code)
    }
  }

  private func grants(_ settings: Settings) throws -> String {
    let name = try database ?? settings.mysqlEndpoint().database
    return Jobs.Migrate.printedGrants(database: name)
  }

  private func say(_ applied: [String], failure: (any Error)?, seconds: Double) throws {
    if common.json {
      var object = JSONText()
      object.add("schema", 1)
      object.add("job", "migrate")
      object.add("dry_run", isDryRun)
      object.add("applied", applied)
      object.add("seconds", (seconds * 1000).rounded() / 1000)
      if let failure { object.add("error", "\(failure)") }
      try writeToStdout("\(object)\n")
    } else {
      let terminal = Terminal(progress: .never)
      guard terminal.isTerminal || isDryRun || common.logLevel == .info else { return }
      let verb = isDryRun ? "would apply" : "applied"
      terminal.write(
        line: applied.isEmpty
          ? "migrate: nothing to do" : "migrate: \(verb) \(applied.joined(separator: ", "))")
    }
  }

  private static func isName(_ text: String) -> Bool {
    (1...64).contains(text.utf8.count)
      && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
  }
}
