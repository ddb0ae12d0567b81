public import RedisClient
public import Rules

/// A key that ends like one of ours and is none.
public struct MisnamedKey: Sendable {
  public let key: [UInt8]
  public let fault: AdStatKeyFault
}

/// What one page of a walk over Redis' keys brought. A key may come again on a later page.
public struct AdStatPage<Name: Sendable>: Sendable {
  public var names: [Name] = []
  public var misnamed: [MisnamedKey] = []
  public let walk: ScanProgress
}

extension AdStatStore {
  /// Walks the live counters of all images.
  public func walkLiveCounters(_ body: (AdStatPage<LiveCounter>) throws -> Void) throws {
    try walk(keys.liveCounterPattern, read: keys.liveCounter, body)
  }

  /// Walks the day hashes of all images, of one day or, with nil, of every day.
  public func walkDayHashes(
    of day: CivilDay?, _ body: (AdStatPage<DayHashName>) throws -> Void
  ) throws {
    let pattern = day.map { keys.dayHashPattern(for: $0) } ?? keys.dayHashPattern
    try walk(pattern, read: keys.dayHash, body)
  }

  /// Walks the images that have hashes of one day, each met once: at its show hash, or at its click hash
  /// where it has no other. SCAN itself may hand over a key again.
  public func walkImages(of day: CivilDay, _ body: (AdStatPage<Code>) throws -> Void) throws {
    try walkDayHashes(of: day) { page in
      let clicks = page.names.filter { $0.metric == .click }
      let shows = KeyEndings(of: day)[.show]
      let lengths = try connection.pipeline(
        clicks.map { RedisCommand("HLEN", [keys.key(of: $0.code, shows)]) })
      var images = AdStatPage<Code>(misnamed: page.misnamed, walk: page.walk)
      for name in page.names where name.metric == .show { images.names.append(name.code) }
      for (name, length) in zip(clicks, lengths) {
        switch length {
        case .integer(0): images.names.append(name.code)
        case .integer: break
        // What is no hash is met, too, and named.
        case .error(let message) where message.hasPrefix("WRONGTYPE"): break
        default: throw unexpected(length, of: "HLEN")
        }
      }
      try body(images)
    }
  }

  private func walk<Name>(
    _ pattern: [UInt8], read: ([UInt8]) throws(AdStatKeyFault) -> Name?,
    _ body: (AdStatPage<Name>) throws -> Void
  ) throws {
    try connection.scan(matching: pattern) { keys, walk in
      var page = AdStatPage<Name>(walk: walk)
      for key in keys {
        do throws(AdStatKeyFault) {
          if let name = try read(key) { page.names.append(name) }
        } catch {
          page.misnamed.append(MisnamedKey(key: key, fault: error))
        }
      }
      try body(page)
    }
  }
}
