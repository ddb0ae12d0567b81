/// The rule by which a place sets its clocks: how far it is ahead of UTC at an instant.
///
/// Rules knows no zone data; whoever reads them (from the C library, see Jobs) hands this over.
/// Instants are whole seconds since 1970-01-01T00:00:00Z.
public struct LocalClock: Sendable {
  /// Seconds to add to UTC at an instant to get what the wall clock shows.
  public let utcOffsetSeconds: @Sendable (_ instant: Int) -> Int

  public init(utcOffsetSeconds: @escaping @Sendable (_ instant: Int) -> Int) {
    self.utcOffsetSeconds = utcOffsetSeconds
  }

  public static let utc = LocalClock { _ in 0 }

  /// The day that the wall calendar shows.
  public func day(at instant: Int) -> CivilDay {
    CivilDay(index: (instant + utcOffsetSeconds(instant)).floorDivided(by: 86_400))
  }

  /// The hour that the wall clock shows.
  public func hour(at instant: Int) -> LocalHour {
    let local = instant + utcOffsetSeconds(instant)
    return LocalHour(
      day: CivilDay(index: local.floorDivided(by: 86_400)),
      hour: local.modulo(86_400) / 3600)!  // because 0 ..< 86400 seconds are 0 ..< 24 hours
  }

  /// The first instant at which the wall calendar shows `day` (or a later day, where `day` was
  /// skipped whole, as in Samoa on 2011-12-30).
  public func start(of day: CivilDay) -> Int {
    // No place is as much as a day ahead of UTC, so this is before `day` everywhere.
    var span = span(of: (day.index - 1) * 86_400)
    while self.day(at: span.lowerBound) < day { span = self.span(of: span.upperBound) }
    return span.lowerBound
  }

  /// The first instant from which on the wall calendar shows only days after `day`.
  ///
  /// Mostly the start of the next day. But where clocks are set back soon after midnight, as in
  /// Newfoundland at 00:01 until 2011, the next day begins, and then `day` comes back for an hour.
  public func end(of day: CivilDay) -> Int {
    // No place is as much as a day behind UTC, so this is after `day` everywhere.
    var span = span(of: (day.index + 2) * 86_400)
    while self.day(at: span.lowerBound) > day { span = self.span(of: span.lowerBound - 1) }
    return span.upperBound
  }

  /// The span around `instant` in which the wall clock shows the same hour of the same day and its
  /// offset does not change: an hour, or less where the clocks are set within it.
  ///
  /// Clocks are set at most once within an hour, which holds for every zone since 1970.
  public func span(of instant: Int) -> Range<Int> {
    let offset = utcOffsetSeconds(instant)
    let hourStart = instant - (instant + offset).modulo(3600)
    let hourLast = hourStart + 3599
    let start =
      utcOffsetSeconds(hourStart) == offset
      ? hourStart
      : firstInstant(after: hourStart, atOrBefore: instant) { utcOffsetSeconds($0) == offset }
    let end =
      utcOffsetSeconds(hourLast) == offset
      ? hourStart + 3600
      : firstInstant(after: instant, atOrBefore: hourLast) { utcOffsetSeconds($0) != offset }
    return start..<end
  }

  /// Bisects for the first instant at which `holds` is true: false at `after`, true at
  /// `atOrBefore`, changing once between.
  private func firstInstant(after: Int, atOrBefore: Int, _ holds: (Int) -> Bool) -> Int {
    var low = after
    var high = atOrBefore
    while high - low > 1 {
      let middle = low + (high - low) / 2
      if holds(middle) { high = middle } else { low = middle }
    }
    return high
  }
}
