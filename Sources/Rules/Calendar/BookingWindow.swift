/// A stretch of time in which a rollover books what it finds under one hour.
///
/// Sent with every batch of counters; Redis picks the window by its own clock at the moment it
/// moves a counter. A tool that was stopped for hours, or whose clock is wrong, therefore cannot
/// book late counts under an early hour: it finds no window and has to come again.
public struct BookingWindow: Equatable, Sendable {
  /// Instants of Redis' clock, in seconds since 1970.
  public let span: Range<Int>
  public let hour: LocalHour

  public init(span: Range<Int>, hour: LocalHour) {
    self.span = span
    self.hour = hour
  }
}

/// Which hour a count belongs to: the one that ended, when it is taken within the grace time after
/// a full hour, else the current one. In one sentence: the hour it was `graceSeconds` ago.
public struct BookingRule: Sendable {
  /// Cron starts a few seconds late and a large rollover takes minutes; 15 minutes by default.
  public static let defaultGraceMinutes = 15

  public let clock: LocalClock
  public let graceSeconds: Int

  public init(clock: LocalClock, graceMinutes: Int = defaultGraceMinutes) {
    self.clock = clock
    graceSeconds = graceMinutes * 60
  }

  public func window(at now: Int) -> BookingWindow {
    let span = clock.span(of: now - graceSeconds)
    return BookingWindow(
      span: span.lowerBound + graceSeconds..<span.upperBound + graceSeconds,
      hour: clock.hour(at: span.lowerBound))
  }

  /// The window of `now` and the `count - 1` that follow it without a gap.
  public func windows(at now: Int, count: Int = 3) -> [BookingWindow] {
    var windows = [window(at: now)]
    while windows.count < count, let last = windows.last {
      windows.append(window(at: last.span.upperBound))
    }
    return windows
  }

  /// From when on nothing is booked under `day` any more, so that it may be sealed.
  public func endOfBooking(for day: CivilDay) -> Int {
    clock.end(of: day) + graceSeconds
  }

  /// The hours between the last hour that a rollover closed and the one that `now` books under:
  /// those under which nothing can be booked any more. `last` is any instant of that last hour, in
  /// seconds since 1970. An hour that the clocks showed twice is one hour.
  ///
  /// `hours` lists the first `limit` of them; `count` goes on counting, 3600 seconds an hour, so
  /// that a gap of years costs no more than one of days.
  public func missedHours(since last: Int, now: Int, limit: Int = 48) -> (
    hours: [LocalHour], count: Int
  ) {
    let current = clock.span(of: now - graceSeconds).lowerBound
    var start = clock.span(of: last).upperBound
    var seen: Set = [clock.hour(at: last), clock.hour(at: current)]
    var hours: [LocalHour] = []
    while start < current, hours.count < limit {
      let hour = clock.hour(at: start)
      if seen.insert(hour).inserted { hours.append(hour) }
      start = clock.span(of: start).upperBound
    }
    return (hours, hours.count + max(0, (current - start) / 3600))
  }
}
