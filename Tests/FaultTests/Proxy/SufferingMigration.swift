import Jobs
import TestServers

/// `tally migrate` on a database that is empty.
struct SufferingMigration: Suffering {
  var description: String { "migrate" }
  var arguments: [String] { ["migrate"] }

  func prepare(_ bench: ProxyBench) throws {
    try bench.sql("DROP DATABASE \(bench.database)")
    try bench.sql("CREATE DATABASE \(bench.database)")
    try bench.sql("USE \(bench.database)")
  }

  func run(in context: JobContext, logDirectory: String) -> (code: Int32, complaint: String) {
    do {
      _ = try Migrate().perform(on: context.mysql!, isDryRun: false)
      return (0, "")
    } catch {
      return (ExitStatus(of: error).code, "\(error)")
    }
  }

  func liveOn(_ bench: ProxyBench) throws {}

  func defects(_ bench: ProxyBench) throws -> [String] {
    differences(held: try bench.schema(), expected: bench.migratedSchema)
  }
}
