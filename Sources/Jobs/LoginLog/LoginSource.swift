internal import MySQLClient
internal import MySQLStore
internal import RedisClient
internal import RedisStore
internal import Rules

/// The two sides that both login jobs work between, and what they do alike: read bitmaps in bounded
/// runs, name what is malformed, and look at what MySQL lacks.
struct LoginSource {
  let bitmaps: LoginBitmaps
  let table: LoginMonth
  private let merger: LoginMerger
  private let context: JobContext
  private let connection: RedisConnection
  private let preflight: RedisPreflight

  /// TTLs found are named up to this many, then counted.
  private static let ttlNamedMax = 10

  /// Connects both sides, read-only on both in a dry run.
  init(_ context: JobContext) throws {
    guard let endpoint = context.mysql else {
      throw JobFailure(
        .configuration, "no MySQL server is configured",
        hint: "Set TALLY_MYSQL_URL or give --mysql-url.")
    }
    self.context = context
    connection = try RedisConnection(
      context.redis, access: context.isDryRun ? .readOnly : .readWrite)
    preflight = try RedisPreflight(connection)
    bitmaps = LoginBitmaps(connection, context.keyspace)
    var settings = MySQLSessionSettings()
    settings.access = context.isDryRun ? .readOnly : .readWrite
    let database = MySQLDatabase(endpoint, settings: settings)
    try SchemaPreflight.check([.loginMonth], on: try database.connection())
    table = LoginMonth(database)
    merger = LoginMerger(table: table, endpoint: endpoint, settings: settings, context: context)
  }

  /// Reads the bitmaps of the months that `isWanted` names and merges what MySQL lacks of them (in a
  /// dry run only counts it). `afterMerging` is then given each run.
  func mergeAll(
    where isWanted: @escaping @Sendable (Month) -> Bool, report: inout RunReport,
    afterMerging: (LoginRun, inout RunReport) throws -> Void = { _, _ in }
  ) throws {
    var ttlCount = 0
    try LoginReader(context: context).forEachReading(where: isWanted) { reading in
      for finding in reading.findings { tell(of: finding, &ttlCount, &report) }
      guard let run = reading.run else { return }
      try merge(run, report: &report)
      try afterMerging(run, &report)
      try context.interruption.check()
    }
    if ttlCount > LoginSource.ttlNamedMax {
      context.observer.warned(
        "\(ttlCount) login bitmaps have a TTL; \(LoginSource.ttlNamedMax) named")
    }
    try preflight.reportEvictions(on: connection, to: context.observer)
  }

  private func tell(
    of finding: LoginBitmaps.Finding, _ ttlCount: inout Int, _ report: inout RunReport
  ) {
    switch finding {
    case .malformed(let key, let reason):
      report.rejected += 1
      context.observer.rejected(key, because: reason)
    case .expiring(let key, let milliseconds):
      ttlCount += 1
      warnOfTTL(key, milliseconds, count: ttlCount)
    }
  }

  private func merge(_ run: LoginRun, report: inout RunReport) throws {
    report.found += run.count
    var account = LoginMerger.Account()
    defer {
      report.unchanged += account.unchangedCount
      report.changed += account.changedCount
    }
    try merger.merge(run, &account)
  }

  private func warnOfTTL(_ key: [UInt8], _ milliseconds: Int64, count: Int) {
    guard count <= LoginSource.ttlNamedMax else { return }
    context.observer.warned(
      "\(printable(key)) has a TTL and will vanish in \(milliseconds / 1000) s; its logins since the "
        + "last sync would be lost, so remove the TTL with PERSIST")
  }
}
