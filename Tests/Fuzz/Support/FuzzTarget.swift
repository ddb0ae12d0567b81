/// A reader of foreign bytes, and what must hold for every input, whatever it is.
///
/// The same check is run in two ways: by libFuzzer, which looks for inputs that reach new code for as
/// long as one likes (`make fuzz`), and by the test suite on the corpus and some thousand changed
/// copies of it.
struct FuzzTarget: Sendable, CustomStringConvertible {
  /// As the folder of its corpus is called.
  let name: String
  /// How many changed inputs the suite tries: fewer where each needs a connection.
  let suiteRuns: Int
  /// Throws `Finding` where a promise is broken. A crash, a hang or a huge allocation is for the
  /// caller to notice.
  let check: @Sendable (_ input: [UInt8]) throws -> Void

  init(
    _ name: String, suiteRuns: Int = 3000,
    check: @escaping @Sendable (_ input: [UInt8]) throws -> Void
  ) {
    self.name = name
    self.suiteRuns = suiteRuns
    self.check = check
  }

  static let all: [FuzzTarget] = [
    .bitmaps, .calendar, .counts, .csvFiles, .damagedLogs, .envFiles, .expiryLines, .jsonFiles,
    .keyNames, .packets, .printables, .replies, .sketchArrays, .sketches, .urls, .zoneFiles,
    .zoneRules,
  ]

  var description: String { name }
}

/// A promise that an input breaks.
struct Finding: Error, CustomStringConvertible {
  let description: String
}

/// Throws a finding where `promise` does not hold.
func require(_ promise: Bool, _ what: @autoclosure () -> String) throws(Finding) {
  if !promise { throw Finding(description: what()) }
}

/// Throws a finding where the two differ.
func require<Value: Equatable>(
  _ value: Value, equals expected: Value, _ what: @autoclosure () -> String
) throws(Finding) {
  guard value != expected else { return }
  throw Finding(description: "\(what()): \(value), not \(expected)")
}
