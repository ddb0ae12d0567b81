internal import MySQLClient
internal import MySQLStore
internal import RedisClient
internal import RedisStore
public import Rules

/// Merges every closed day that Redis still holds into `ad_ctr`, and forgets the old ones.
///
/// Oldest day first. A day that is kept is archived again every night, which changes no row: that is
/// its proof.
public struct ArchiveDay: Job {
  public static let name = "adstat archive-day"

  /// `--day` or `--from`/`--to`; nil means every closed day.
  public var days: ClosedRange<CivilDay>?
  public var keepDays: Int
  public var graceMinutes: Int
  /// Codes collected in one walk before they are sorted and archived: about 10 MB.
  package var codesCollectedMax = 100_000

  public init(
    days: ClosedRange<CivilDay>? = nil, keepDays: Int = ArchivePolicy.defaultKeepDays,
    graceMinutes: Int = BookingRule.defaultGraceMinutes
  ) {
    self.days = days
    self.keepDays = keepDays
    self.graceMinutes = graceMinutes
  }

  public func perform(in context: JobContext, report: inout RunReport) throws {
    guard let endpoint = context.mysql else {
      throw JobFailure(
        .configuration, "no mysql is configured to archive into",
        hint: "Set TALLY_MYSQL_URL or give --mysql-url.")
    }
    let connection = try RedisConnection(
      context.redis, access: context.isDryRun ? .readOnly : .readWrite)
    let preflight = try RedisPreflight(connection)
    var settings = MySQLSessionSettings()
    settings.access = context.isDryRun ? .readOnly : .readWrite
    let database = MySQLDatabase(endpoint, settings: settings)
    try database.retrying { try SchemaPreflight.check([.adCtr, .adSource], on: $0) }

    let store = AdStatStore(connection, keyspace: context.keyspace)
    let walk = ImageWalk(
      store: store, context: context, step: "archiving", codesCollectedMax: codesCollectedMax)
    var archive = try Archive(
      walk: walk, database: database,
      booking: BookingRule(clock: context.clock, graceMinutes: graceMinutes), context: context)
    let policy = ArchivePolicy(
      today: context.clock.day(at: try store.now()), keepDays: keepDays, chosen: days)
    for day in try heldDays(walk, context, &report) {
      try archive.archive(day, as: policy.treatment(of: day), &report)
    }
    archive.finish()
    try preflight.reportEvictions(on: connection, to: context.observer)
  }

  /// Every day that Redis has hashes of, oldest first.
  private func heldDays(
    _ walk: ImageWalk, _ context: JobContext, _ report: inout RunReport
  ) throws -> [CivilDay] {
    var seen = SeenKeys()
    return try walk.days { misnamed in
      // All other misnamed keys have a day and are named when it comes to that.
      guard misnamed.fault == .noSuchDay, days == nil, seen.insert(misnamed.key) else { return }
      report.rejected += 1
      context.observer.rejected(misnamed.key, because: misnamed.fault.description)
    }
  }
}
