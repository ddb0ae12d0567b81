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
    let endings = KeyEndings(of: day)
    let redisKeys = names.map { keys.key(of: $0.code, endings[$0.metric]) }
    let lengths = try connection.pipeline(redisKeys.map { RedisCommand("HLEN", [$0]) })
    let ttls = try ttls(of: redisKeys)
    // A key that some other program filled may be huge: only what fits a day is fetched.
    let fetched = names.indices.filter { index in
      guard case .integer(let count) = lengths[index] else { return false }
      return (1...DayHash.fieldCountMax).contains(Int(count))
    }
    let contents = try connection.pipeline(
      fetched.map { RedisCommand("HGETALL", [redisKeys[$0]]) })
    var content = zip(fetched, contents).makeIterator()
    var next = content.next()

    var found: [FoundDayHash] = []
    for (index, name) in names.enumerated() {
      var fields: RedisReply?
      if let current = next, current.0 == index {
        fields = current.1
        next = content.next()
      }
      guard let (hash, fault) = try read(name, length: lengths[index], fields: fields) else {
        continue
      }
      let hadTTL = try ttls.map { replies throws(RedisError) in
        try integer(replies[index], of: "PTTL") >= 0
      }
      found.append(FoundDayHash(name: name, hash: hash, fault: fault, hadTTL: hadTTL ?? false))
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
    var reader = DayHash.Reader()
    for index in stride(from: 0, to: words.count, by: 2) {
      guard case .bytes(let field) = words[index], case .bytes(let value) = words[index + 1] else {
        throw unexpected(words[index], of: "HGETALL")
      }
      do throws(DayHashFault) {
        try reader.take(field.span, value.span)
      } catch {
        return (nil, "\(error)")
      }
    }
    do throws(DayHashFault) {
      return (try reader.hash(code: name.code, metric: name.metric, day: name.day), nil)
    } catch {
      return (nil, "\(error)")
    }
  }

  /// Nil where no key of this Redis has an expiry time: none has to be asked for its own.
  private func ttls(of redisKeys: [[UInt8]]) throws(RedisError) -> [RedisReply]? {
    let fields = try connection.serverInfo().fields
    let keyspace = fields["db\(connection.endpoint.database)"] ?? "expires=0"
    guard !keyspace.split(separator: ",").contains("expires=0") else { return nil }
    return try connection.pipeline(redisKeys.map { RedisCommand("PTTL", [$0]) })
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
