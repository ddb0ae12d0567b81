internal import MySQLClient
internal import MySQLStore
internal import RedisClient
internal import RedisStore
public import Rules

/// Merges the sketches of every closed day that Redis still holds into `cpc_day`, and forgets the old
/// ones: CPC sketches, and the HyperLogLogs that the live service keeps of an image's viewers.
///
/// A union may be repeated, in any order and twice at once, so that nothing has to be sealed: what is
/// added to a closed day after it was forgotten makes a new key, which the next run merges as well.
public struct CPCArchiveDay: Job {
  public static let name = "cpc archive-day"

  /// `--day`; empty means every closed day. Today is merged only when it is named.
  public var days: Set<CivilDay>
  public var keepDays: Int
  /// Sketches that are looked at together: a transaction has at most so many rows.
  package var sketchesPerBatch = 256

  public init(days: Set<CivilDay> = [], keepDays: Int = ArchivePolicy.defaultKeepDays) {
    self.days = days
    self.keepDays = keepDays
  }

  public func perform(in context: JobContext, report: inout RunReport) throws {
    let database = try context.database(context.isDryRun ? .readOnly : .readWrite)
    let connection = try RedisConnection(
      context.redis, access: context.isDryRun ? .readOnly : .readWrite)
    let preflight = try RedisPreflight(connection)
    try database.retrying { try SchemaPreflight.check([.cpcDay], on: $0) }
    let store = DaySketches(connection, keyspace: context.keyspace)
    let now = try store.now()
    var archive = SketchArchive(
      store: store, table: CPCDay(database), context: context,
      policy: SketchPolicy(
        archive: ArchivePolicy(today: context.clock.day(at: now), keepDays: keepDays),
        chosen: days),
      now: now)

    let batchSize = context.batchSize(sketchesPerBatch)
    var names: Set<DaySketchName> = []
    try store.walk { page in
      for misnamed in page.misnamed where days.isEmpty {
        archive.reject(misnamed.key, because: misnamed.fault.description, &report)
      }
      try archive.warnOfExpiry(of: page.names)
      for name in page.names where archive.isWanted(name.day) { names.insert(name) }
      if names.count >= batchSize {
        try archive.archive(&names, atOnce: batchSize, &report)
      }
      context.observer.progressed(
        "archiving sketches", done: page.walk.visitedKeys, total: page.walk.expectedKeys)
      try context.interruption.check()
    }
    try archive.archive(&names, atOnce: batchSize, &report)
    archive.finish()
    try preflight.reportEvictions(on: connection, to: context.observer)
  }
}

/// What is done with a day's sketches: as with its counts, but for single days.
struct SketchPolicy {
  let archive: ArchivePolicy
  let chosen: Set<CivilDay>

  func treatment(of day: CivilDay) -> ArchivePolicy.Treatment {
    guard !chosen.isEmpty else { return archive.treatment(of: day) }
    guard chosen.contains(day) else { return .leave }
    return ArchivePolicy(today: archive.today, keepDays: archive.keepDays, chosen: day...day)
      .treatment(of: day)
  }
}
