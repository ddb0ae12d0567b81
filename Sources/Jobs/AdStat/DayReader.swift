internal import MySQLStore
internal import RedisClient
internal import RedisStore
internal import Rules

/// Reads the day hashes of one day in sorted batches, ahead of the archive, on a connection of its own.
struct DayReader: Sendable {
  let context: JobContext
  /// Codes collected in one walk before they are sorted and read.
  let codesCollectedMax: Int

  /// What came next.
  struct Reading: Sendable {
    var misnamed: [MisnamedKey] = []
    /// Of one batch, in the order of their codes.
    var hashes: [FoundDayHash] = []
    /// How the archive finds their rows.
    var lookup = AdCtr.Lookup.stretch
  }

  func forEachReading(of day: CivilDay, _ work: (Reading) throws -> Void) throws {
    try readingAhead({ hand in try read(day, hand) }, work)
  }

  private func read(_ day: CivilDay, _ hand: (Reading) throws -> Void) throws {
    let connection = try RedisConnection(
      context.redis, access: context.isDryRun ? .readOnly : .readWrite)
    let walk = ImageWalk(
      store: AdStatStore(connection, keyspace: context.keyspace), context: context,
      step: "archiving", codesCollectedMax: codesCollectedMax)
    var reading = Reading()
    do {
      try walk.forEachBatch(of: day) {
        reading.misnamed.append($0)
      } _: { codes, lookup in
        (reading.hashes, reading.lookup) = (try walk.store.dayHashes(of: codes, on: day), lookup)
        let whole = reading
        reading = Reading()
        try hand(whole)
      }
    } catch {
      // What was found is told, however the walk ended.
      if !reading.misnamed.isEmpty { try hand(reading) }
      throw error
    }
    if !reading.misnamed.isEmpty { try hand(reading) }
  }
}
