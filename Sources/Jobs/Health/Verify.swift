internal import MySQLClient
internal import MySQLStore
internal import RedisClient
internal import RedisStore
public import Rules

/// What a comparison of the two stores found.
public struct VerifyReport: Equatable, Sendable {
  /// Of one kind of thing.
  public struct Counts: Equatable, Sendable {
    public var compared = 0
    /// What MySQL will get by a job that is still to come.
    public var waiting = 0
    public var different = 0
  }

  /// Hours of the shows or clicks of an image.
  public var hourCounts = Counts()
  /// Months of users.
  public var loginMonths = Counts()
  /// Sketches of days: CPC sketches, and the viewers of images.
  public var daySketches = Counts()
  /// What could not be read; each was told to the observer.
  public var rejected = 0

  public init() {}

  public var different: Int {
    hourCounts.different + loginMonths.different + daySketches.different
  }

  public var waiting: Int { hourCounts.waiting + loginMonths.waiting + daySketches.waiting }
}

/// Compares what Redis holds with what MySQL holds of the same: hour by hour, user by user, sketch by
/// sketch. Reads only.
///
/// What MySQL alone holds is not looked at: it is the archive. Both stores go on changing meanwhile, but
/// each only grows: Redis is read first, so that MySQL holding less means something; and what MySQL holds
/// more of is looked at in Redis a second time, since it may have been archived between the two looks.
public struct Verify: Sendable {
  public static let name = "verify"

  /// Days to compare, and the months that they touch; nil for all.
  public var days: DayRange?
  /// As given to `loginlog expire`.
  public var afterDays: Int
  /// Codes collected in one walk before they are sorted.
  package var codesCollectedMax = 100_000
  /// Bitmaps compared at a time: some 10 MB.
  static let runSize = 100_000

  public init(days: DayRange? = nil, afterDays: Int = ExpiryRule.defaultAfterDays) {
    self.days = days
    self.afterDays = afterDays
  }

  /// Keeps `report` true at every moment. Every difference is told to the observer. Throws where Redis
  /// is older than an archive, after all has been compared.
  public func perform(in context: JobContext, report: inout VerifyReport) throws {
    let connection = try RedisConnection(context.redis, access: .readOnly)
    let database = try context.database(.readOnly)
    try database.retrying {
      try SchemaPreflight.check([.adCtr, .adSource, .loginMonth, .cpcDay], on: $0)
    }
    let store = AdStatStore(connection, keyspace: context.keyspace)
    let walk = ImageWalk(
      store: store, context: context, step: "comparing", codesCollectedMax: codesCollectedMax)
    let state = try store.state()
    var counts = CountComparison(
      walk: walk, database: database, sealed: state?.sealed, context: context)
    try counts.compare(days, &report)
    try compareLogins(connection, LoginMonth(database), context, &report)
    let owedSince = ScheduledJob.cpcArchiveDay.owedSince(now: context.now, on: context.clock)
    var sketches = SketchComparison(
      store: DaySketches(connection, keyspace: context.keyspace), table: CPCDay(database),
      firstUnowed: context.clock.day(at: owedSince), context: context)
    try sketches.compare(days, &report)
    guard let state else { return }
    let row = try AdSource(database).row(of: state.lineage)
    try OlderRedis.refuse(state, confirmed: row?.confirmed ?? 0, store: store)
  }

  private func compareLogins(
    _ connection: RedisConnection, _ table: LoginMonth, _ context: JobContext,
    _ report: inout VerifyReport
  ) throws {
    let today = context.clock.day(at: context.now)
    let nextSync = context.clock.day(
      at: ScheduledJob.syncWeek.schedule.next(after: context.now, on: context.clock))
    guard let expiry = ExpiryRule(asOf: today, afterDays: afterDays) else {
      throw JobFailure(.usage, "accepted are more than \(ExpiryRule.afterDaysMin - 1) days")
    }
    var comparison = LoginMonthComparison(
      bitmaps: LoginBitmaps(connection, context.keyspace), table: table, nextSync: nextSync,
      expiry: expiry, context: context)
    try comparison.compare(runSize: Verify.runSize, where: { days?.touches($0) ?? true }, &report)
  }
}
