import ArgumentParser
import Jobs
import Rules

/// A command on sketches in Redis: what it prints on stdout is the answer. A key that cannot be used
/// is named on stderr, stays as it is, and makes the exit code 65.
protocol SketchCommand: QuestionCommand {
  /// Reads, answers what it would answer, and writes nothing.
  var isDryRun: Bool { get }

  func answer(in context: JobContext, terminal: Terminal) throws
}

extension SketchCommand {
  /// Of those that never write.
  var isDryRun: Bool { false }

  func answer(in context: JobContext, settings: Settings, terminal: Terminal) throws -> Int {
    var context = context
    context.isDryRun = isDryRun
    do {
      try answer(in: context, terminal: terminal)
      return 0
    } catch let refused as RefusedKey {
      context.observer.rejected(refused.key, because: refused.reason)
      if common.json {
        var object = JSONText()
        object.addRejected(1)
        try writeToStdout("\(object)\n")
      }
      return 1
    }
  }

  /// Prints an estimate: a number, or as JSON with its bounds. Where there is none, `none` or nulls.
  func print(_ estimate: SketchEstimate?) throws {
    guard common.json else {
      return try writeToStdout(estimate.map { "\($0.estimate)\n" } ?? "none\n")
    }
    var object = JSONText()
    // What is no number stands as null.
    object.add("estimate", estimate?.estimate ?? .nan)
    object.add("lower_bound", estimate?.lowerBound ?? .nan)
    object.add("upper_bound", estimate?.upperBound ?? .nan)
    try writeToStdout("\(object)\n")
  }

  /// Prints what an update did to the estimate.
  func printJudgement(_ change: SketchChange?) throws {
    let (estimate, difference) = (change?.after.estimate ?? 0, change?.difference ?? 0)
    guard common.json else { return try writeToStdout("\(estimate)\t\(difference)\n") }
    var object = JSONText()
    object.add("estimate", estimate)
    object.add("difference", difference)
    try writeToStdout("\(object)\n")
  }

  /// Says whether anything changed: as JSON, or to people who look on.
  func tell(_ change: SketchChange?, as name: String, on terminal: Terminal) throws {
    let isChanged = change?.isChanged ?? false
    if common.json {
      var object = JSONText()
      object.add("changed", isChanged)
      try writeToStdout("\(object)\n")
    } else if terminal.isTerminal || common.logLevel == .info {
      let note = isDryRun ? " (dry run, nothing written)" : ""
      terminal.write(line: "\(name)\(note): \(isChanged ? "changed" : "nothing new")")
    }
  }
}

/// A key as the shell gave it, behind the installation's prefix.
func readSketchKey(_ text: String) throws -> [UInt8] {
  let bytes = try rawArgument(text)
  guard !bytes.isEmpty else { throw ValidationError("accepted is a key of one byte or more") }
  return bytes
}
