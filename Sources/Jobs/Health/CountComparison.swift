internal import MySQLClient
internal import MySQLStore
internal import RedisStore
internal import Rules

/// Compares the day hashes of Redis with their rows in `ad_ctr`.
struct CountComparison {
  private let walk: ImageWalk
  private let table: AdCtr
  private let sources: AdSource
  private let sealed: CivilDay?
  private let context: JobContext
  /// Of every life of Redis that was met; none where MySQL does not know it.
  private var epochs: [Lineage: UInt16?] = [:]
  private var rejected = SeenKeys()

  /// - Parameter sealed: up to which day all was archived when the comparison began.
  init(walk: ImageWalk, database: MySQLDatabase, sealed: CivilDay?, context: JobContext) {
    self.walk = walk
    table = AdCtr(database)
    sources = AdSource(database)
    self.sealed = sealed
    self.context = context
  }

  /// All days, or those of a range.
  mutating func compare(_ days: DayRange?, _ report: inout VerifyReport) throws {
    let held = try walk.days { misnamed in
      guard misnamed.fault == .noSuchDay else { return }
      reject(misnamed.key, because: misnamed.fault.description, &report)
    }
    for day in held where days?.contains(day) ?? true {
      try walk.forEachBatch(of: day) { misnamed in
        reject(misnamed.key, because: misnamed.fault.description, &report)
      } _: { codes, _ in
        try compare(codes, on: day, &report)
      }
    }
  }

  private mutating func compare(
    _ codes: [Code], on day: CivilDay, _ report: inout VerifyReport
  ) throws {
    let hashes = try readHashes(of: codes, on: day, &report)
    for hash in hashes where epochs[hash.lineage] == nil {
      epochs[hash.lineage] = .some(try sources.row(of: hash.lineage)?.epoch)
    }
    var suspects: [(hash: DayHash, held: HourNumbers)] = []
    try table.forEachHash(
      hashes, epochs: epochs.compactMapValues { $0 }, label: "compare ad_ctr"
    ) { hash, held in
      if verdicts(of: hash, held).contains(where: { $0.agreement == .ahead }) {
        suspects.append((hash, held))
      } else {
        account(for: hash, held, &report)
      }
    }
    try lookAgain(at: suspects, on: day, &report)
  }

  /// MySQL was read after Redis, and may have been given more in between. A hash that has gone since
  /// was archived and proven.
  private mutating func lookAgain(
    at suspects: [(hash: DayHash, held: HourNumbers)], on day: CivilDay,
    _ report: inout VerifyReport
  ) throws {
    guard !suspects.isEmpty else { return }
    var codes: [Code] = []
    for (hash, _) in suspects where codes.last != hash.code { codes.append(hash.code) }
    var now: [DayHashName: DayHash] = [:]
    for hash in try readHashes(of: codes, on: day, &report) { now[hash.name] = hash }
    for (hash, held) in suspects {
      guard let again = now[hash.name], again.lineage == hash.lineage else { continue }
      account(for: again, held, &report)
    }
  }

  private struct Verdict {
    let hour: Int
    let redis: UInt64
    let mysql: UInt64
    let agreement: Agreement
  }

  private func verdicts(of hash: DayHash, _ held: HourNumbers) -> [Verdict] {
    let isSealed = sealed.map { hash.day <= $0 } ?? false
    return (0..<24).compactMap { hour in
      guard hash.hours[hour] != nil || held[hour].map({ $0 > 0 }) ?? false else { return nil }
      let redis = hash.hours[hour] ?? 0
      let mysql = held[hour] ?? 0
      return Verdict(
        hour: hour, redis: redis, mysql: mysql,
        agreement: .ofCounts(redis: redis, mysql: mysql, isSealed: isSealed))
    }
  }

  private func account(for hash: DayHash, _ held: HourNumbers, _ report: inout VerifyReport) {
    for verdict in verdicts(of: hash, held) {
      report.hourCounts.compared += 1
      switch verdict.agreement {
      case .equal: break
      case .waiting: report.hourCounts.waiting += 1
      case .lacking, .ahead:
        report.hourCounts.different += 1
        context.observer.differed(
          walk.store.keys.key(of: hash.name),
          how: "hour \(verdict.hour): redis has \(verdict.redis), mysql \(verdict.mysql)")
      }
    }
  }

  private mutating func readHashes(
    of codes: [Code], on day: CivilDay, _ report: inout VerifyReport
  ) throws -> [DayHash] {
    try walk.store.dayHashes(of: codes, on: day).compactMap { found in
      if let fault = found.fault {
        reject(walk.store.keys.key(of: found.name), because: fault, &report)
      }
      return found.hash
    }
  }

  private mutating func reject(
    _ key: [UInt8], because reason: String, _ report: inout VerifyReport
  ) {
    guard rejected.insert(key) else { return }
    report.rejected += 1
    context.observer.rejected(key, because: reason)
  }
}
