public import RedisClient
public import Rules

/// What some images have in Redis of one day.
public struct HeldFinding: Sendable {
  public var counts: [HeldCount] = []
  /// Keys that could not be read, and why.
  public var rejected: [(key: [UInt8], reason: String)] = []
}

extension AdStatStore {
  /// Reads the day hashes of these codes, each given once.
  public func heldCounts(of codes: [Code], on day: CivilDay) throws -> HeldFinding {
    var finding = HeldFinding()
    for found in try dayHashes(of: codes, on: day) { take(found, live: nil, into: &finding) }
    return finding
  }

  /// The same with the live counters, which a rollover would book under `hour`.
  ///
  /// A rollover may move a live counter into its hash between the look at one and at the other. Where
  /// nothing was live, what moved before lies in a hash that is read after. Where something is, the hash
  /// is read before and after: if it stayed the same, nothing moved. If it never stays the same, the
  /// look at it before counts, so that nothing is counted twice even then.
  ///
  /// - Parameter lineage: this life of Redis, under whose name a new hash would stand.
  public func heldCounts(
    of codes: [Code], with hour: LocalHour, lineage: Lineage?
  ) throws -> HeldFinding {
    var finding = HeldFinding()
    var live = try liveCounts(ofCodes: codes)
    var before = try hashes(of: codes, on: hour.day)
    var waiting = codes.filter { code in
      let isLive = Metric.allCases.contains {
        live[LiveCounter(code: code, metric: $0)]?.count != nil
      }
      if !isLive { take(code, live, before, hour, lineage, into: &finding) }
      return isLive
    }
    for look in 1...AdStatStore.looksMax where !waiting.isEmpty {
      live = try liveCounts(ofCodes: waiting)
      let after = look < AdStatStore.looksMax ? try hashes(of: waiting, on: hour.day) : before
      waiting = waiting.filter { code in
        let isMoving = Metric.allCases.contains { metric in
          let name = DayHashName(code: code, metric: metric, day: hour.day)
          return live[LiveCounter(code: code, metric: metric)]?.count != nil
            && before[name]?.hash != after[name]?.hash
        }
        if !isMoving { take(code, live, after, hour, lineage, into: &finding) }
        return isMoving
      }
      before = after
    }
    return finding
  }

  /// Rollovers run hourly: more than one during a look is none.
  private static let looksMax = 10

  private func liveCounts(
    ofCodes codes: [Code]
  ) throws(RedisError) -> [LiveCounter: LiveCount] {
    let counters = codes.flatMap { code in
      Metric.allCases.map { LiveCounter(code: code, metric: $0) }
    }
    return Dictionary(uniqueKeysWithValues: zip(counters, try liveCounts(of: counters)))
  }

  private func hashes(
    of codes: [Code], on day: CivilDay
  ) throws -> [DayHashName: FoundDayHash] {
    var hashes: [DayHashName: FoundDayHash] = [:]
    for found in try dayHashes(of: codes, on: day) { hashes[found.name] = found }
    return hashes
  }

  private func take(
    _ code: Code, _ live: [LiveCounter: LiveCount], _ hashes: [DayHashName: FoundDayHash],
    _ hour: LocalHour, _ lineage: Lineage?, into finding: inout HeldFinding
  ) {
    for metric in Metric.allCases {
      let counter = LiveCounter(code: code, metric: metric)
      if case .rejected(let reason) = live[counter] {
        finding.rejected.append((keys.key(of: counter), reason))
      }
      let value = live[counter]?.count.map { HourValue(hour: hour.hour, count: $0) }
      let found = hashes[DayHashName(code: code, metric: metric, day: hour.day)]
      if let found { take(found, live: value, into: &finding) }
      guard found?.hash == nil, let value else { continue }
      finding.counts.append(
        HeldCount(code: code, metric: metric, lineage: lineage, hours: [], live: value))
    }
  }

  private func take(
    _ found: FoundDayHash, live: HourValue?, into finding: inout HeldFinding
  ) {
    if let hash = found.hash {
      finding.counts.append(
        HeldCount(
          code: hash.code, metric: hash.metric, lineage: hash.lineage,
          hours: Array(hash.hours),
          live: live))
    } else if let fault = found.fault {
      finding.rejected.append((keys.key(of: found.name), fault))
    }
  }
}

extension AdStatStore {
  /// On which of these days Redis has a hash of any of these codes, without a walk over all keys.
  public func heldDays(of codes: [Code], in days: DayRange) throws(RedisError) -> Set<CivilDay> {
    var held: Set<CivilDay> = []
    for index in days.first.index...days.last.index {
      let day = CivilDay(index: index)
      let endings = KeyEndings(of: day)
      let names = codes.flatMap { code in
        Metric.allCases.map { keys.key(of: code, endings[$0]) }
      }
      let lengths = try connection.pipeline(names.map { RedisCommand("HLEN", [$0]) })
      // What is no hash is met again, and named, when the day is read.
      if lengths.contains(where: { $0 != .integer(0) }) { held.insert(day) }
    }
    return held
  }
}
