internal import RedisClient
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
  /// Hashes that are asked about in one go.
  private static let hashesPerPipeline = 1000

  /// Reads the show and click hashes of these codes for one day; those that do not exist are left out.
  ///
  /// In the order of the codes, shows before clicks.
  public func dayHashes(of codes: [Code], on day: CivilDay) throws -> [FoundDayHash] {
    let names = codes.flatMap { code in
      Metric.allCases.map { DayHashName(code: code, metric: $0, day: day) }
    }
    let endings = KeyEndings(of: day)
    let redisKeys = names.map { keys.key(of: $0.code, endings[$0.metric]) }
    let ttls = try ttls(of: redisKeys)
    var found: [FoundDayHash] = []
    for start in stride(from: 0, to: names.count, by: AdStatStore.hashesPerPipeline) {
      let range = start..<min(start + AdStatStore.hashesPerPipeline, names.count)
      let contents = try contents(of: redisKeys[range])
      for (index, content) in zip(range, contents) {
        let (name, hadTTL) = (names[index], ttls.map { $0[index] } ?? false)
        switch content {
        case .nothing: continue
        case .unreadable(let fault):
          found.append(FoundDayHash(name: name, hash: nil, fault: fault, hadTTL: hadTTL))
        case .fields(let reader):
          do throws(DayHashFault) {
            let hash = try reader.hash(code: name.code, metric: name.metric, day: day)
            found.append(FoundDayHash(name: name, hash: hash, fault: nil, hadTTL: hadTTL))
          } catch {
            found.append(FoundDayHash(name: name, hash: nil, fault: "\(error)", hadTTL: hadTTL))
          }
        }
      }
    }
    try persist(found.filter(\.hadTTL))
    return found
  }

  /// What lies under the name of a day hash.
  private enum Content {
    case nothing
    case unreadable(fault: String)
    case fields(DayHash.Reader)
  }

  /// A key that some other program filled may be huge: only what fits a day is fetched.
  private func contents(of redisKeys: ArraySlice<[UInt8]>) throws -> [Content] {
    var contents = [Content](repeating: .nothing, count: redisKeys.count)
    var lengths = RedisRequest()
    for key in redisKeys {
      lengths.begin("HLEN", wordCount: 1)
      lengths.add(key)
    }
    var (fetches, fetched) = (RedisRequest(), [Int]())
    try connection.pipeline(lengths) { place, reply in
      switch try fieldCount(reply) {
      case nil: contents[place] = .unreadable(fault: "is another type of key, not a hash")
      case 0?: break
      case let count? where count > DayHash.fieldCountMax:
        contents[place] = .unreadable(
          fault: "has \(count) fields; a day has at most \(DayHash.fieldCountMax)")
      default:
        fetches.begin("HGETALL", wordCount: 1)
        fetches.add(redisKeys[redisKeys.startIndex + place])
        fetched.append(place)
      }
    }
    try connection.pipeline(fetches) { place, reply in contents[fetched[place]] = try read(reply) }
    return contents
  }

  /// Nil where the key is no hash.
  private func fieldCount(_ reply: borrowing RedisReplyView) throws(RedisError) -> Int? {
    if let count = reply.integer { return Int(count) }
    if let message = reply.errorMessage, message.hasPrefix("WRONGTYPE") { return nil }
    throw unexpected(reply.copy(), of: "HLEN")
  }

  /// Nothing where it was forgotten by another run between the two looks.
  private func read(_ reply: borrowing RedisReplyView) throws -> Content {
    guard let wordCount = reply.count, wordCount.isMultiple(of: 2) else {
      throw unexpected(reply.copy(), of: "HGETALL")
    }
    guard wordCount > 0 else { return .nothing }
    var reader = DayHash.Reader()
    for index in stride(from: 0, to: wordCount, by: 2) {
      do {
        let isTaken: Bool? =
          try reply.withElement(index) { name in
            try reply.withElement(index + 1) { value in
              try name.withBytes { name in
                try value.withBytes { value in
                  try reader.take(name, value)
                  return true
                }
              } ?? nil
            } ?? nil
          } ?? nil
        guard isTaken == true else { throw unexpected(reply.copy(), of: "HGETALL") }
      } catch let fault as DayHashFault {
        return .unreadable(fault: "\(fault)")
      }
    }
    return .fields(reader)
  }

  /// Whether each has an expiry time. Nil where no key of this Redis has: none has to be asked.
  private func ttls(of redisKeys: [[UInt8]]) throws(RedisError) -> [Bool]? {
    let fields = try connection.serverInfo().fields
    let keyspace = fields["db\(connection.endpoint.database)"] ?? "expires=0"
    guard !keyspace.split(separator: ",").contains("expires=0") else { return nil }
    var hadTTL: [Bool] = []
    for reply in try connection.pipeline(redisKeys.map { RedisCommand("PTTL", [$0]) }) {
      hadTTL.append(try integer(reply, of: "PTTL") >= 0)
    }
    return hadTTL
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
