public import ArgumentParser
import Glibc
public import Jobs
import Rules

extension CatalogueFormat: ExpressibleByArgument {}

extension AdStat {
  struct Export: CatalogueCommand {
    static let configuration = CommandConfiguration(
      abstract: "Writes the whole catalogue to stdout, as CSV or JSON that import reads.",
      discussion: """
        A field that a spreadsheet would take for a formula gets a ' in front, which import takes \
        off again.

        EXAMPLE
          tally adstat export > catalogue.csv
          tally adstat export --format json > catalogue.json

        \(ExitStatus.help(catalogueStatuses))
        """)
    static let name = "adstat export"

    @Option(help: "csv, or json as --json has it.")
    var format = CatalogueFormat.csv
    @Flag(name: .customLong("all"), help: "Removed rows, too, marked as such.")
    var isComplete = false
    @OptionGroup var common: CommonOptions

    func outcome(in context: CatalogueContext) throws -> JobOutcome {
      var filter = CatalogueFilter()
      filter.isComplete = isComplete
      return CatalogueOutput(filter, in: context).export(as: common.json ? .json : format) {
        try writeToStdout($0)
      }
    }

    static func summary(of report: RunReport) -> [Tallied] { [] }
  }

  struct Import: CatalogueCommand {
    static let configuration = CommandConfiguration(
      abstract: "Brings the rows of a CSV or JSON file into the catalogue.",
      discussion: """
        Rows that are new are added, others changed; columns that the file does not have, and rows \
        that it does not name, stay as they are. A row with removed = 1 is removed. A bad row is \
        named with its line and stops nothing else. A dry run shows what would change.

        Columns: kind (group, image or style; image where there is none), system, position, group, \
        code, name, url, link, note, weight, device_model, up_time, down_time, removed.

        EXAMPLE
          tally adstat import catalogue.csv --dry-run
          tally adstat import - --format json < catalogue.json

        \(ExitStatus.help(catalogueStatuses))
        """)
    static let name = "adstat import"

    @Argument(
      help: "The file; - for stdin.", completion: .file(extensions: ["csv", "json", "jsonl"]))
    var file: String
    @Option(help: "csv or json; else told by the file's name, csv where it ends otherwise.")
    var format: CatalogueFormat?
    @OptionGroup var editOptions: EditOptions
    @OptionGroup var common: CommonOptions

    var isDryRun: Bool { editOptions.isDryRun }

    func outcome(in context: CatalogueContext) throws -> JobOutcome {
      let bytes = try readInput(file)
      let isJSON = file.hasSuffix(".json") || file.hasSuffix(".jsonl")
      return CatalogueImport(bytes, as: format ?? (isJSON ? .json : .csv))
        .run(in: context, told: tellingDifferences())
    }

    static func summary(of report: RunReport) -> [Tallied] {
      [Tallied(report.found, "row", "read")] + editNumbers(report)
    }
  }
}

/// More than a million images need.
private let inputBytesMax = 1 << 30

/// All of a file, or of stdin.
private func readInput(_ path: String) throws(JobFailure) -> [UInt8] {
  let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
  func failure() -> JobFailure {
    JobFailure(.inputOutput, "\(path): \(String(cString: strerror(errno)))")
  }
  guard descriptor >= 0 else { throw failure() }
  defer { if path != "-" { close(descriptor) } }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 1 << 18)
  while true {
    let count = read(descriptor, &buffer, buffer.count)
    if count < 0, errno == EINTR { continue }
    guard count >= 0 else { throw failure() }
    if count == 0 { return bytes }
    guard bytes.count + count <= inputBytesMax else {
      throw JobFailure(.inputOutput, "\(path): is longer than 1 GB")
    }
    bytes += buffer[..<count]
  }
}
