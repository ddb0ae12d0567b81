internal import MySQLClient
internal import MySQLStore
internal import RedisClient
internal import RedisStore
public import Rules

/// Brings the shelf in Redis into agreement with the catalogue in MySQL: puts up what is due, takes
/// down what is over, changes what was edited.
///
/// Safe to repeat and beside others that do the same; the service reads on meanwhile, and finds each
/// image as it was or as it should be.
public struct Shelve: Job {
  public static let name = "adstat shelve"

  /// As for the rollover: counters of what is taken down are moved first.
  public var graceMinutes: Int

  public init(graceMinutes: Int = BookingRule.defaultGraceMinutes) {
    self.graceMinutes = graceMinutes
  }

  public func perform(in context: JobContext, report: inout RunReport) throws {
    let connection = try RedisConnection(
      context.redis, access: context.isDryRun ? .readOnly : .readWrite)
    let preflight = try RedisPreflight(connection)
    let store = AdStatStore(connection, keyspace: context.keyspace)
    let database = try Shelve.database(in: context)

    let state = try store.state()
    if let state {
      let row = try AdSource(database).row(of: state.lineage)
      try OlderRedis.refuse(state, confirmed: row?.confirmed ?? 0, store: store)
    }
    let move = CounterMove(
      store: store, state: state, hour: nil,
      booking: BookingRule(clock: context.clock, graceMinutes: graceMinutes), context: context)
    var run = try ShelfRun(store: store, database: database, move: move, context: context)
    try run.perform(&report)
    try preflight.reportEvictions(on: connection, to: context.observer)
  }

  /// The catalogue's database; refused where it has no schema, or an older one.
  private static func database(in context: JobContext) throws -> MySQLDatabase {
    guard let endpoint = context.mysql else {
      throw JobFailure(
        .configuration, "the catalogue lies in mysql, and no mysql is configured",
        hint: "Set TALLY_MYSQL_URL or give --mysql-url.")
    }
    // Nothing of the catalogue is written, whatever kind of run this is.
    var settings = MySQLSessionSettings()
    settings.access = .readOnly
    let database = MySQLDatabase(endpoint, settings: settings)
    try database.retrying { try SchemaPreflight.check([], on: $0) }
    return database
  }

  /// The shelf check that a rollover ends with, which has asked MySQL before and moved its counters.
  ///
  /// They count whatever becomes of the shelf: a MySQL that stops answering is said, and no more.
  static func afterRollover(
    store: AdStatStore, move: CounterMove, in context: JobContext, report: inout RunReport
  ) throws {
    var shelf = RunReport(job: Shelve.name, isDryRun: context.isDryRun)
    do {
      var run = try ShelfRun(
        store: store, database: try database(in: context), move: move, context: context)
      defer {
        report.found += run.counters.found
        report.changed += run.counters.changed
        report.forgotten += run.counters.forgotten
        report.rejected += shelf.rejected
      }
      try run.perform(&shelf)
    } catch let error as MySQLError {
      context.observer.warned(
        "the shelf is left as it is, because mysql did not answer: \(error)")
    }
  }
}
