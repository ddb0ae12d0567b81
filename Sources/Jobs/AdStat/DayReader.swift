internal import RedisClient
internal import RedisStore
internal import Rules

/// Reads the day hashes of one day in the order of their codes, ahead of the archive, on a connection of
/// its own.
struct DayReader: Sendable {
  /// Codes of one batch: at most 48,000 rows, each as long as a statement may wait for a lock.
  static let codesPerBatch = 2000

  let context: JobContext
  /// Codes collected in one walk before they are sorted and read.
  let codesCollectedMax: Int

  enum Reading: Sendable {
    case misnamed([MisnamedKey])
    /// `isScattered` where the images are only a part of the day's, with others between them.
    case hashes([FoundDayHash], isScattered: Bool)
  }

  func forEachReading(of day: CivilDay, _ work: (Reading) throws -> Void) throws {
    try readingAhead({ hand in try read(day, hand) }, work)
  }

  private func read(_ day: CivilDay, _ hand: (Reading) throws -> Void) throws {
    let connection = try RedisConnection(
      context.redis, access: context.isDryRun ? .readOnly : .readWrite)
    let store = AdStatStore(connection, keyspace: context.keyspace)
    var codes: [Code] = []
    // Until there are so many images that a part of them lies scattered over the whole day.
    var isScattered = false
    try store.walkImages(of: day) { page in
      if !page.misnamed.isEmpty { try hand(.misnamed(page.misnamed)) }
      if codes.count + page.names.count > codesCollectedMax {
        isScattered = true
        try read(codes, of: day, from: store) { try hand(.hashes($0, isScattered: true)) }
        codes = []
      }
      codes += page.names
      context.observer.progressed(
        "archiving", done: page.walk.visitedKeys, total: page.walk.expectedKeys)
      try context.interruption.check()
    }
    try read(codes, of: day, from: store) { try hand(.hashes($0, isScattered: isScattered)) }
  }

  /// Sorted, so that the batches go through the table in the order of its primary key.
  private func read(
    _ codes: [Code], of day: CivilDay, from store: AdStatStore,
    _ hand: ([FoundDayHash]) throws -> Void
  ) throws {
    var sorted: [Code] = []
    // What SCAN handed over again stands beside itself.
    for code in codes.sorted() where sorted.last != code { sorted.append(code) }
    for start in stride(from: 0, to: sorted.count, by: DayReader.codesPerBatch) {
      let batch = sorted[start..<min(start + DayReader.codesPerBatch, sorted.count)]
      try hand(try store.dayHashes(of: Array(batch), on: day))
    }
  }
}
