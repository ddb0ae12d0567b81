/// When a job runs by the clock: a line of the crontab, with as much of its grammar as tally needs.
public struct Schedule: Equatable, Sendable {
  public let minute: Int
  /// 0 to 23; nil for every hour.
  public let hour: Int?
  /// 1 Monday to 7 Sunday; nil for every day.
  public let weekday: Int?

  public init(minute: Int, hour: Int? = nil, weekday: Int? = nil) {
    self.minute = minute
    self.hour = hour
    self.weekday = weekday
  }

  /// The last instant, `now` included, at which the job was due, in seconds since 1970.
  ///
  /// A time that the clocks skip is due at the moment at which they go on, one that they show twice
  /// the first time: as cron does it.
  public func last(atOrBefore now: Int, on clock: LocalClock) -> Int {
    guard let hour else { return lastOfHours(now, clock) }
    var day = clock.day(at: now)
    while true {
      if let due = due(on: day, at: hour, clock), due <= now { return due }
      day = day.advanced(by: -1)
    }
  }

  /// The first instant after `now` at which the job is due.
  public func next(after now: Int, on clock: LocalClock) -> Int {
    guard let hour else {
      let end = clock.span(of: now).upperBound
      let last = last(atOrBefore: end + 60 * minute, on: clock)
      return last > now ? last : end + 60 * minute
    }
    var day = clock.day(at: now)
    while true {
      if let due = due(on: day, at: hour, clock), due > now { return due }
      day = day.advanced(by: 1)
    }
  }

  private func lastOfHours(_ now: Int, _ clock: LocalClock) -> Int {
    var start = clock.span(of: now).lowerBound
    if start + 60 * minute > now { start = clock.span(of: start - 1).lowerBound }
    return start + 60 * minute
  }

  /// Nil where it is another weekday.
  private func due(on day: CivilDay, at hour: Int, _ clock: LocalClock) -> Int? {
    guard weekday == nil || weekday == day.weekday,
      let time = LocalTime(day: day, second: 3600 * hour + 60 * minute)
    else { return nil }
    return clock.instant(of: time)
  }
}

/// The jobs that `cron/tally.cron` runs, each with its line there.
public enum ScheduledJob: CaseIterable, Sendable {
  case rolloverHour, archiveDay, cpcArchiveDay, syncWeek, expire

  public var schedule: Schedule {
    switch self {
    case .rolloverHour: Schedule(minute: 0)
    case .archiveDay: Schedule(minute: 10, hour: 2)
    case .cpcArchiveDay: Schedule(minute: 40, hour: 2)
    case .syncWeek: Schedule(minute: 30, hour: 3, weekday: 1)
    case .expire: Schedule(minute: 30, hour: 4, weekday: 1)
    }
  }

  /// How long after it was due a run that has not come to its end is called late: what a large one may
  /// take.
  public var patienceSeconds: Int {
    switch self {
    case .rolloverHour: 30 * 60
    case .archiveDay, .cpcArchiveDay: 3 * 3600
    case .syncWeek, .expire: 6 * 3600
    }
  }

  /// When it should have begun at the latest, for all to be well now.
  public func owedSince(now: Int, on clock: LocalClock) -> Int {
    schedule.last(atOrBefore: now - patienceSeconds, on: clock)
  }
}
