import Foundation

/// What random tests start from: another one in every run, an argument of the test case, so that a
/// failure prints it. `TALLY_TEST_SEED=<seed> swift test` repeats that case.
enum TestSeed {
  static let ofThisRun: UInt64 =
    ProcessInfo.processInfo.environment["TALLY_TEST_SEED"].flatMap { UInt64($0) }
    ?? UInt64.random(in: 0...UInt64.max)
}
