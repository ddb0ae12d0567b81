public import RedisClient
public import Rules

/// What was found under the name of one day hash.
public struct FoundDayHash: Sendable {
  public let name: DayHashName
  /// Nil where it cannot be archived; then `fault` says why.
  public let hash: DayHash?
  public let fault: String?
  /// It would have vanished unseen; the TTL was taken off, except in a dry run.
  public let hadTTL: Bool
}

extension AdStatStore {
  /// Reads the show and click hashes of these codes for one day; those that do not exist are left out.
  ///
  /// In the order of the codes, shows before clicks.
  public func dayHashes(of codes: [Code], on day: CivilDay) throws(RedisError) -> [FoundDayHash] {
    let names = codes.flatMap { code in
      Metric.allCases.map { DayHashName(code: code, metric: $0, day: day) }
    }
    let looks = try connection.pipeline(
      names.flatMap { name in
        let key = keys.key(of: name)
        return [RedisCommand("HLEN", [key]), RedisCommand("PTTL", [key])]
      })
    // A key that some other program filled may be huge: only what fits a day is fetched.
    var fetched: [DayHashName] = []
    for (index, name) in names.enumerated() {
      if case .integer(let count) = looks[2 * index],
        (1...DayHash.fieldCountMax).contains(Int(count))
      {
        fetched.append(name)
      }
    }
    let contents = try connection.pipeline(
      fetched.map { RedisCommand("HGETALL", [keys.key(of: $0)]) })
    var content = zip(fetched, contents).makeIterator()
    var next = content.next()

    var found: [FoundDayHash] = []
    for (index, name) in names.enumerated() {
      var fields: RedisReply?
      if let current = next, current.0 == name {
        fields = current.1
        next = content.next()
      }
      guard let (hash, fault) = try read(name, length: looks[2 * index], fields: fields) else {
        continue
      }
      let hadTTL = try integer(looks[2 * index + 1], of: "PTTL") >= 0
      found.append(FoundDayHash(name: name, hash: hash, fault: fault, hadTTL: hadTTL))
    }
    try persist(found.filter(\.hadTTL))
    return found
  }

  /// Nil where there is no such hash.
  private func read(
    _ name: DayHashName, length: RedisReply, fields: RedisReply?
  ) throws(RedisError) -> (hash: DayHash?, fault: String?)? {
    switch length {
    case .integer(0): return nil
    case .error(let message) where message.hasPrefix("WRONGTYPE"):
      return (nil, "is another type of key, not a hash")
    case .integer(let count) where count > DayHash.fieldCountMax:
      return (nil, "has \(count) fields; a day has at most \(DayHash.fieldCountMax)")
    case .integer: break
    default: throw unexpected(length, of: "HLEN")
    }
    guard case .array(let words) = fields ?? .null, words.count.isMultiple(of: 2) else {
      throw unexpected(fields ?? .null, of: "HGETALL")
    }
    // Forgotten by another run between the two looks.
    guard !words.isEmpty else { return nil }
    var pairs: [(name: [UInt8], value: [UInt8])] = []
    for index in stride(from: 0, to: words.count, by: 2) {
      guard case .bytes(let field) = words[index], case .bytes(let value) = words[index + 1] else {
        throw unexpected(words[index], of: "HGETALL")
      }
      pairs.append((field, value))
    }
    do throws(DayHashFault) {
      let hash = try DayHash(code: name.code, metric: name.metric, day: name.day, fields: pairs)
      return (hash, nil)
    } catch {
      return (nil, "\(error)")
    }
  }

  private func persist(_ found: [FoundDayHash]) throws(RedisError) {
    guard connection.access == .readWrite, !found.isEmpty else { return }
    for reply in try connection.pipeline(
      found.map { RedisCommand("PERSIST", [keys.key(of: $0.name)]) })
    {
      _ = try integer(reply, of: "PERSIST")
    }
  }
}

extension DayHash {
  public var name: DayHashName { DayHashName(code: code, metric: metric, day: day) }
}
