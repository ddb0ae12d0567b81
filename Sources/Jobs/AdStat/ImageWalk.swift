internal import MySQLStore
internal import RedisClient
internal import RedisStore
internal import Rules

/// Which days Redis has hashes of, and the images of such a day in sorted batches: how both the archive
/// and the comparison of the two stores go through the day hashes, in bounded memory.
struct ImageWalk {
  /// Codes of one batch: at most 48,000 rows, each as long as a statement may wait for a lock.
  static let codesPerBatch = 2000

  let store: AdStatStore
  let context: JobContext
  /// What is said to be going on.
  let step: StaticString
  /// Codes collected in one walk before they are sorted.
  let codesCollectedMax: Int

  /// Every day that Redis has hashes of, oldest first. A misnamed key may be told more than once.
  func days(misnamed: (MisnamedKey) -> Void) throws -> [CivilDay] {
    var held: Set<CivilDay> = []
    try store.walkDayHashes(of: nil) { page in
      held.formUnion(page.names.lazy.map(\.day))
      page.misnamed.forEach(misnamed)
      context.observer.progressed(
        "looking for days", done: page.walk.visitedKeys, total: page.walk.expectedKeys)
      try context.interruption.check()
    }
    return held.sorted()
  }

  /// Hands over the images of a day in batches, each sorted, so that they go through the table in the
  /// order of its primary key. `lookup` says whether few other rows lie between those of a batch.
  func forEachBatch(
    of day: CivilDay, misnamed: (MisnamedKey) -> Void,
    _ body: (_ codes: [Code], _ lookup: AdCtr.Lookup) throws -> Void
  ) throws {
    var codes: [Code] = []
    // Until there are so many images that a part of them lies scattered over the whole day.
    var lookup = AdCtr.Lookup.stretch
    try store.walkImages(of: day) { page in
      page.misnamed.forEach(misnamed)
      if codes.count + page.names.count > codesCollectedMax {
        lookup = .codes
        try cut(codes) { try body($0, lookup) }
        codes = []
      }
      codes += page.names
      context.observer.progressed(
        step, done: page.walk.visitedKeys, total: page.walk.expectedKeys)
      try context.interruption.check()
    }
    try cut(codes) { try body($0, lookup) }
  }

  private func cut(_ codes: [Code], _ body: ([Code]) throws -> Void) throws {
    var sorted: [Code] = []
    // What SCAN handed over again stands beside itself.
    for code in codes.sorted() where sorted.last != code { sorted.append(code) }
    // An image has a key for each metric.
    let keysPerCode = Metric.allCases.count
    let batchSize = max(1, context.batchSize(keysPerCode * ImageWalk.codesPerBatch) / keysPerCode)
    for start in stride(from: 0, to: sorted.count, by: batchSize) {
      let batch = Array(sorted[start..<min(start + batchSize, sorted.count)])
      try context.hold(before: .reading, of: keysPerCode * batch.count)
      try body(batch)
      try context.interruption.check()
    }
  }
}
