import Foundation

/// What random tests start from. Each seed is the argument of its own test case, so that a failure
/// prints it; `TALLY_TEST_SEED=<seed> swift test` then repeats that case alone.
enum Seed {
  /// Fresh ones in every run, so that each run tries something new.
  static let ofThisRun: [UInt64] = {
    let chosen = ProcessInfo.processInfo.environment["TALLY_TEST_SEED"].flatMap { UInt64($0) }
    return chosen.map { [$0] } ?? (0..<50).map { _ in UInt64.random(in: 0...UInt64.max) }
  }()
}
