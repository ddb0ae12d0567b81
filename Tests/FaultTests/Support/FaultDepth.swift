import Glibc

/// How thorough a loop over faults is. The suite strikes at some of the places, `TALLY_FAULTS=all`
/// (`make faults`) at every one and on every server.
enum FaultDepth {
  static let isFull = getenv("TALLY_FAULTS").map { String(cString: $0) } == "all"

  /// Every how manieth place is struck.
  static func stride(_ short: Int) -> Int { isFull ? 1 : short }
}
