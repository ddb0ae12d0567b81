import Glibc

/// What the environment says about the random tests, read here alone.
enum Soak {
  /// `TALLY_SEED`: that one schedule is played, and its steps are printed.
  private static let seed = number("TALLY_SEED")
  static var isTraced: Bool { seed != nil }

  /// Fresh ones in every run, so that each run tries something new; a failure names its own.
  static let seeds: [UInt64] = seed.map { [$0] } ?? (0..<60).map { _ in freshSeed }

  static var freshSeed: UInt64 { seed ?? .random(in: 0...1 << 53) }

  /// `TALLY_SOAK_SCHEDULES`: how many schedules the soak plays; nil outside of it.
  static let scheduleCount = number("TALLY_SOAK_SCHEDULES").map { Int($0) }
  static var isOn: Bool { scheduleCount != nil }

  /// `TALLY_SOAK_MINUTES`: after these it begins no further schedule.
  static let minutesMax = number("TALLY_SOAK_MINUTES").map { Int($0) } ?? 30

  static func say(_ line: String) {
    let bytes = Array("\(line)\n".utf8)
    _ = write(2, bytes, bytes.count)
  }

  private static func number(_ name: String) -> UInt64? {
    getenv(name).flatMap { UInt64(String(cString: $0)) }
  }
}
