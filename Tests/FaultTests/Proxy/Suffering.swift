import Jobs
import TestServers

/// Something tally does, with a world for it to go wrong in.
protocol Suffering: Sendable, CustomStringConvertible {
  /// The command line.
  var arguments: [String] { get }

  /// Makes the world as it is before the run.
  func prepare(_ bench: ProxyBench) throws

  /// The same as the command line, in this process. Returns the exit code, and what it complained of.
  func run(in context: JobContext, logDirectory: String) -> (code: Int32, complaint: String)

  /// What the live service does between the run that suffered and the next one.
  func liveOn(_ bench: ProxyBench) throws

  /// What does not stand as it must after two clean runs.
  func defects(_ bench: ProxyBench) throws -> [String]
}

extension Suffering {
  /// Two clean runs after life went on; returns what is wrong then.
  func heal(_ bench: ProxyBench) throws -> [String] {
    try liveOn(bench)
    var problems: [String] = []
    for _ in 1...2 {
      let (code, complaint) = run(in: bench.context, logDirectory: bench.folder)
      if code != 0 { problems.append("a clean run ends with \(code): \(complaint)") }
    }
    return problems + (try defects(bench))
  }
}

/// What only one of the two lists has.
func differences(held: [String], expected: [String]) -> [String] {
  let extra = held.filter { !expected.contains($0) }
  let lacking = expected.filter { !held.contains($0) }
  guard extra != lacking || held.count != expected.count else { return [] }
  return ["it holds \(extra), and lacks \(lacking)"]
}
