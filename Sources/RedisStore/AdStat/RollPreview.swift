public import RedisClient
public import Rules

extension AdStatStore {
  /// What `roll` would do now, by reading only: one window, the same verdicts.
  public func previewRoll(
    _ counters: [LiveCounter], into hour: LocalHour, state: AdStatState?
  ) throws(RedisError) -> RollOutcome {
    let isSealed = state?.sealed.map { hour.day <= $0 } ?? false
    let live = try liveCounts(of: counters)
    let hashes = counters.map {
      keys.key(of: DayHashName(code: $0.code, metric: $0.metric, day: hour.day))
    }
    let field = Array("\(hour.hour)".utf8)
    let targets = try connection.pipeline(
      hashes.flatMap {
        [
          RedisCommand("HGET", [$0, DayHash.lineageField]), RedisCommand("HLEN", [$0]),
          RedisCommand("HGET", [$0, field]),
        ]
      })
    var outcome = RollOutcome()
    for (index, counter) in counters.enumerated() {
      let verdict: RollVerdict
      switch live[index] {
      case .nothing: continue
      case .count where isSealed: verdict = .sealed
      case .count(let count):
        verdict = try dayVerdict(of: targets[(3 * index)...].prefix(3), adding: count)
      case .rejected(let reason): verdict = .rejected(reason: reason, isCount: false)
      }
      if case .moved = verdict {
        outcome.movedCount += 1
      } else {
        outcome.unusual.append(Rolled(counter: counter, verdict: verdict))
      }
    }
    return outcome
  }

  /// `target`: the replies for the lineage, the number of fields, and the hour's count so far.
  private func dayVerdict(
    of target: ArraySlice<RedisReply>, adding count: UInt64
  ) throws(RedisError) -> RollVerdict {
    let replies = Array(target)
    if case .error(let message) = replies[0], message.hasPrefix("WRONGTYPE") { return .noDayHash }
    let lineage = try optionalBytes(replies[0], of: "HGET")
    let fieldCount = try integer(replies[1], of: "HLEN")
    let held = try optionalBytes(replies[2], of: "HGET")
    guard fieldCount == 0 || lineage.flatMap({ Lineage($0) }) != nil else { return .alienDayHash }
    guard let held else { return .moved }
    guard let sum = Int64(String(decoding: held, as: UTF8.self)) else {
      return .dayHashRefuses("ERR hash value is not an integer")
    }
    guard !sum.addingReportingOverflow(Int64(count)).overflow else {
      return .dayHashRefuses("ERR increment or decrement would overflow")
    }
    return .moved
  }
}
