internal import MySQLClient
internal import MySQLStore
internal import RedisClient
internal import RedisStore
public import Rules

/// Moves every live counter into the day hash of its hour.
///
/// Needs Redis only. Each counter moves atomically inside Redis, so dying at any moment, or running
/// twice at once, loses nothing and counts nothing twice.
public struct RolloverHour: Job {
  public static let name = "adstat rollover-hour"

  public enum Source: String, Sendable, CaseIterable {
    /// Every key of Redis, by SCAN.
    case scan
    /// The codes of `ad_image` in MySQL.
    case catalog
  }

  /// `--hour`: book into this hour instead of the one the clock says.
  public var hour: LocalHour?
  public var graceMinutes: Int
  public var source: Source
  /// Whether the shelf check follows, where a MySQL is configured.
  public var isShelving: Bool

  public init(
    hour: LocalHour? = nil, graceMinutes: Int = BookingRule.defaultGraceMinutes,
    source: Source = .scan, isShelving: Bool = true
  ) {
    self.hour = hour
    self.graceMinutes = graceMinutes
    self.source = source
    self.isShelving = isShelving
  }

  public func perform(in context: JobContext, report: inout RunReport) throws {
    let connection = try RedisConnection(
      context.redis, access: context.isDryRun ? .readOnly : .readWrite)
    let preflight = try RedisPreflight(connection)
    let store = AdStatStore(connection, keyspace: context.keyspace)
    let state = try state(of: store, in: context)
    var mysqlAnswers = context.mysql != nil
    if let state {
      mysqlAnswers = try OlderRedis.refuseIfKnown(
        state, store: store, in: context,
        consequence: isShelving ? ", and the shelf is left as it is" : "")
    }

    let now = try store.now()
    let booking = BookingRule(clock: context.clock, graceMinutes: graceMinutes)
    try refuseHour(now: now, state: state, in: context)
    warnOfGap(now: now, state: state, booking: booking, in: context)

    var move = CounterMove(
      store: store, state: state, hour: hour, booking: booking, context: context)
    switch source {
    case .scan: try walkRedis(store, &move, context, &report)
    case .catalog: try walkCatalog(&move, context, &report)
    }
    try move.finish(&report)

    // Only a run that came to its end closes its hour: a gap is reported rather too often.
    if hour == nil, !context.isDryRun {
      try store.raiseLastSlot(to: booking.window(at: now).span.lowerBound - booking.graceSeconds)
    }
    if isShelving, mysqlAnswers {
      try Shelve.afterRollover(store: store, move: move, in: context, report: &report)
    }
    try preflight.reportEvictions(on: connection, to: context.observer)
  }

  /// Nil only in a dry run on a Redis that has no lineage yet.
  private func state(of store: AdStatStore, in context: JobContext) throws -> AdStatState? {
    if let state = try store.state() { return state }
    guard !context.isDryRun else { return nil }
    let state = try store.openState()
    context.observer.noted("a new life of redis begins, lineage \(state.lineage)")
    return state
  }

  private func refuseHour(now: Int, state: AdStatState?, in context: JobContext) throws {
    guard let hour else { return }
    let current = context.clock.hour(at: now)
    guard hour <= current else {
      throw JobFailure(
        .usage, "the hour \(hour) has not begun", hint: "It is \(current) where redis is.")
    }
    guard context.clock.shows(hour) else {
      throw JobFailure(
        .usage, "the hour \(hour) is none in this zone: the clocks skip it",
        hint: "Book into the hour before or after it.")
    }
    if let sealed = state?.sealed, hour.day <= sealed {
      throw JobFailure(
        .usage, "the hour \(hour) lies in a sealed day",
        hint: "Days up to \(sealed) are archived; book into an hour of a later day.")
    }
  }

  private func warnOfGap(
    now: Int, state: AdStatState?, booking: BookingRule, in context: JobContext
  ) {
    guard hour == nil, let last = state?.lastSlot else { return }
    let (hours, count) = booking.missedHours(since: last, now: now)
    guard count > 0 else { return }
    let named = hours.prefix(24).map(\.description).joined(separator: ", ")
    context.observer.warned(
      "no rollover ran for \(count) \(count == 1 ? "hour" : "hours"): \(named)"
        + (count > 24 ? " and later ones" : "")
        + "; what was counted then is booked under \(booking.window(at: now).hour)")
  }

  private func walkRedis(
    _ store: AdStatStore, _ move: inout CounterMove, _ context: JobContext,
    _ report: inout RunReport
  ) throws {
    try store.walkLiveCounters { page in
      for misnamed in page.misnamed { move.reject(misnamed, &report) }
      try move.add(page.names, &report)
      context.observer.progressed(
        "live counters", done: page.walk.visitedKeys, total: page.walk.expectedKeys)
      try context.interruption.check()
    }
  }

  private func walkCatalog(
    _ move: inout CounterMove, _ context: JobContext, _ report: inout RunReport
  ) throws {
    guard let endpoint = context.mysql else {
      throw JobFailure(
        .configuration, "the catalogue lies in mysql, and no mysql is configured",
        hint: "Set TALLY_MYSQL_URL, or leave out --source catalog.")
    }
    var settings = MySQLSessionSettings()
    settings.access = .readOnly
    var done = 0
    try AdImage(MySQLDatabase(endpoint, settings: settings)).walkCodes { codes in
      try move.add(
        codes.flatMap { code in Metric.allCases.map { LiveCounter(code: code, metric: $0) } },
        &report)
      done += codes.count
      context.observer.progressed("images", done: done, total: nil)
      try context.interruption.check()
    }
  }
}
