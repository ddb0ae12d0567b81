import Rules

@testable import Jobs

extension FuzzTarget {
  /// A zone file may be cut, or lie about its counts: it is refused, or it is a clock with which every
  /// question ends.
  static let zoneFiles = FuzzTarget("zone-files") { input in
    guard let zone = ZoneFile(input) else { return }
    try isClock(LocalClock { zone.utcOffsetSeconds(at: $0) })
  }

  /// The same for the rule at the end of a zone file, on its own.
  static let zoneRules = FuzzTarget("zone-rules") { input in
    guard let rule = ZoneRule(String(decoding: input, as: UTF8.self)) else { return }
    try isClock(LocalClock { rule.utcOffsetSeconds(at: $0) })
  }
}

/// From 1970 to the last second that a Redis may claim it is.
private let instants = [
  0, 68_169_599, 951_782_400, 1_795_143_845, 2_147_483_647, 253_402_300_799, (1 << 40) - 1,
]

private func isClock(_ clock: LocalClock) throws {
  for instant in instants {
    let offset = clock.utcOffsetSeconds(instant)
    try require(abs(offset) < 86_400, "the clock is \(offset) s off: a day and more")
    let span = clock.span(of: instant)
    try require(span.contains(instant) && span.count <= 3600, "\(span) around \(instant)")
    let day = clock.day(at: instant)
    try require(clock.start(of: day) < clock.end(of: day), "\(day) has no length")
    _ = clock.hour(at: instant)
  }
}
