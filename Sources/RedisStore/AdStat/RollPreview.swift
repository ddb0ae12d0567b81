public import RedisClient
public import Rules

extension AdStatStore {
  /// What `roll` would do now, by reading only: one window, the same verdicts.
  public func previewRoll(
    _ counters: [LiveCounter], into hour: LocalHour, state: AdStatState?
  ) throws(RedisError) -> [Rolled] {
    let isSealed = state?.sealed.map { hour.day <= $0 } ?? false
    let live = counters.map(keys.key(of:))
    let lengths = try connection.pipeline(live.map { RedisCommand("STRLEN", [$0]) })
    // A value longer than a count may be 512 MB: it is not fetched.
    let looks = zip(live, lengths).map { key, length in
      switch length {
      case .integer(let count) where count <= CounterValue.digitsMax: RedisCommand("GET", [key])
      default: RedisCommand("TYPE", [key])
      }
    }
    let values = try connection.pipeline(looks)
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
    var rolled: [Rolled] = []
    for (index, counter) in counters.enumerated() {
      var verdict = try liveVerdict(length: lengths[index], value: values[index])
      if case .moved(let count) = verdict {
        verdict =
          isSealed ? .sealed : try dayVerdict(of: targets[(3 * index)...].prefix(3), adding: count)
      }
      rolled.append(Rolled(counter: counter, verdict: verdict))
    }
    return rolled
  }

  private func liveVerdict(
    length: RedisReply, value: RedisReply
  ) throws(RedisError) -> RollVerdict {
    switch (length, value) {
    case (.integer, .null): return .nothing
    case (.integer, .bytes(let bytes)):
      guard let count = CounterValue.read(bytes) else { return .noCount(bytes) }
      return count == 0 ? .nothing : .moved(count)
    case (.integer(let count), .status): return .tooLong(byteCount: Int(count))
    // Gone, or become a counter, between the two looks.
    case (.error(let message), .status("none")) where message.hasPrefix("WRONGTYPE"):
      return .nothing
    case (.error(let message), .status(let type)) where message.hasPrefix("WRONGTYPE"):
      return .wrongType(type)
    default: throw unexpected(length, of: "STRLEN")
    }
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
    guard let held else { return .moved(count) }
    guard let sum = Int64(String(decoding: held, as: UTF8.self)) else {
      return .dayHashRefuses("ERR hash value is not an integer")
    }
    guard !sum.addingReportingOverflow(Int64(count)).overflow else {
      return .dayHashRefuses("ERR increment or decrement would overflow")
    }
    return .moved(count)
  }
}
