import ArgumentParser
import Glibc
import Jobs
import Rules

/// A command that works on the catalogue, which lies in MySQL alone.
protocol CatalogueCommand: AsyncParsableCommand {
  /// As on the command line.
  static var name: String { get }
  var isDryRun: Bool { get }
  var common: CommonOptions { get }

  /// Does it. What it prints goes to stdout.
  func outcome(in context: CatalogueContext) throws -> JobOutcome
  /// The numbers of the summary line, in order; empty where there is nothing to sum up.
  static func summary(of report: RunReport) -> [Tallied]
}

extension CatalogueCommand {
  var isDryRun: Bool { false }

  mutating func run() async throws {
    let terminal = Terminal(progress: common.progress)
    let observer = ConsoleObserver(terminal: terminal, level: common.logLevel.level)
    let outcome = await outcome(telling: observer)
    observer.finish()
    throw ExitCode(conclude(outcome, on: terminal).code)
  }

  private func outcome(telling observer: ConsoleObserver) async -> JobOutcome {
    do {
      let settings = try await Settings(common)
      settings.misspelt.forEach(observer.warned)
      return try outcome(
        in: CatalogueContext(
          mysql: try settings.mysqlEndpoint(), clock: try settings.clock(), now: time(nil),
          isDryRun: isDryRun, observer: observer, interruption: interruption))
    } catch {
      return JobOutcome(
        report: RunReport(job: Self.name, isDryRun: isDryRun), failure: error)
    }
  }

  private func conclude(_ outcome: JobOutcome, on terminal: Terminal) -> ExitStatus {
    let numbers = Self.summary(of: outcome.report)
    guard numbers.isEmpty else {
      return tell(outcome, line: outcome.report.line(numbers), on: terminal, common)
    }
    // What it printed was the answer.
    if let failure = outcome.failure { complain(about: failure) }
    return ExitStatus(of: outcome)
  }
}

/// One that changes the catalogue: by entries, in a mode.
protocol CatalogueEditCommand: CatalogueCommand {
  var editOptions: EditOptions { get }
  var mode: CatalogueMode { get }
  func entries() -> [CatalogueEntry]
}

extension CatalogueEditCommand {
  var isDryRun: Bool { editOptions.isDryRun }

  func outcome(in context: CatalogueContext) throws -> JobOutcome {
    CatalogueEdit.run(Self.name, entries(), mode: mode, in: context, told: tellingDifferences())
  }

  static func summary(of report: RunReport) -> [Tallied] { editNumbers(report) }
}

extension CatalogueCommand {
  /// A dry run shows each difference on stdout, except where JSON is wanted there.
  func tellingDifferences() -> (String) throws -> Void {
    { [isDryRun, common] line in
      if isDryRun, !common.json { try writeToStdout(harmless(line) + "\n") }
    }
  }
}

/// The numbers of an edit.
func editNumbers(_ report: RunReport) -> [Tallied] {
  [
    Tallied(report.changed, "row", "changed"), Tallied(report.unchanged, "already right"),
    Tallied(report.rejected, "rejected"),
  ]
}

/// The options of the commands that change the catalogue.
struct EditOptions: ParsableArguments {
  @Flag(name: .customLong("dry-run"), help: "Show what would change; change nothing.")
  var isDryRun = false
}

/// The exit codes of the commands of the catalogue.
let catalogueStatuses: [ExitStatus] = [
  .done, .usage, .rejected, .unavailable, .software, .inputOutput, .tryAgain, .noPermission,
  .configuration,
]

/// A command that lists one kind of items.
protocol CatalogueListCommand: CatalogueCommand {
  static var kind: CatalogueKind { get }
  var filter: CatalogueFilter { get }
}

extension CatalogueListCommand {
  static var name: String { "adstat \(kind.rawValue) list" }

  func outcome(in context: CatalogueContext) throws -> JobOutcome {
    let output = CatalogueOutput(filter, in: context)
    return common.json
      ? output.listJSON(Self.kind) { try writeToStdout($0) }
      : output.list(Self.kind) { try writeToStdout($0) }
  }

  static func summary(of report: RunReport) -> [Tallied] { [] }
}
