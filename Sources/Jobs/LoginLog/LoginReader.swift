internal import RedisClient
internal import RedisStore
internal import Rules

/// Reads login bitmaps in bounded runs, ahead of those who work on them, on a connection of its own.
struct LoginReader: Sendable {
  let context: JobContext

  /// Bitmaps that are merged together, 40 bytes each; a run is worked on while the next one is read. The
  /// larger a run, the less often rows are read in passing.
  static let runSize = 500_000

  /// Keys that are looked at together.
  private static let pageSize = 1000

  /// Findings that are told together, unless a run comes first.
  private static let findingsMax = 1000

  /// What came next: findings, then a run.
  struct Reading: Sendable {
    var findings: [LoginBitmaps.Finding] = []
    var run: LoginRun?
  }

  /// Hands over every bitmap of the months that `isWanted` names, and what else the walk came upon.
  func forEachReading(
    where isWanted: @escaping @Sendable (Month) -> Bool, _ work: (Reading) throws -> Void
  ) throws {
    try readingAhead({ hand in try read(where: isWanted, hand) }, work)
  }

  private func read(
    where isWanted: (Month) -> Bool, _ hand: (Reading) throws -> Void
  ) throws {
    let bitmaps = LoginBitmaps(
      try RedisConnection(context.redis, access: .readOnly), context.keyspace)
    var findings: [LoginBitmaps.Finding] = []
    func handFindings(_ run: LoginRun?) throws {
      let reading = Reading(findings: findings, run: run)
      findings = []
      try hand(reading)
    }
    do {
      try bitmaps.forEachRun(
        where: isWanted, runSize: LoginReader.runSize,
        pageSize: context.batchSize(LoginReader.pageSize)
      ) {
        findings.append($0)
      } progressed: { walk, readCount in
        if findings.count >= LoginReader.findingsMax { try handFindings(nil) }
        context.observer.progressed(
          "login bitmaps", done: walk.visitedKeys, total: walk.expectedKeys)
        try context.interruption.check()
        try context.hold(before: .reading, of: readCount)
      } _: {
        try handFindings($0)
      }
    } catch {
      // What was found is told, however the walk ended.
      if !findings.isEmpty { try handFindings(nil) }
      throw error
    }
    if !findings.isEmpty { try handFindings(nil) }
  }
}
