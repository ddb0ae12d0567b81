public import RedisClient
public import Rules

/// What was found under the name of a day's sketch.
public struct FoundDaySketch: Sendable {
  public let name: DaySketchName
  /// Nil where it cannot be read; then `fault` says why.
  public let sketch: DaySketch?
  public let fault: String?
}

/// The sketches of days in one Redis: found, read in bounded memory, forgotten on proof.
public struct DaySketches {
  let connection: RedisConnection
  private let keys: DaySketchKeys

  public init(_ connection: RedisConnection, keyspace: Keyspace) {
    self.connection = connection
    keys = DaySketchKeys(keyspace)
  }

  /// The largest value that can be one: a CPC sketch of lg_k 26, or a HyperLogLog of which every
  /// register is written by itself.
  static func byteCountMax(of kind: SketchKind) -> Int {
    kind == .cpc ? SketchStrings.imageByteCountMax : 16 + 16_384
  }

  public func key(of name: DaySketchName) -> [UInt8] { keys.key(of: name) }

  /// The same without a Redis.
  public static func key(of name: DaySketchName, in keyspace: Keyspace) -> [UInt8] {
    DaySketchKeys(keyspace).key(of: name)
  }

  /// Whole seconds since 1970, by Redis' own clock.
  public func now() throws(RedisError) -> Int {
    Int(try connection.serverTimeMicroseconds() / 1_000_000)
  }

  /// Walks the sketches of all days. SCAN may hand one over again.
  public func walk(_ body: (AdStatPage<DaySketchName>) throws -> Void) throws {
    try connection.scan(matching: keys.pattern) { found, walk in
      var page = AdStatPage<DaySketchName>(walk: walk)
      for key in found {
        do throws(AdStatKeyFault) {
          if let name = try keys.name(of: key) { page.names.append(name) }
        } catch {
          page.misnamed.append(MisnamedKey(key: key, fault: error))
        }
      }
      try body(page)
    }
  }

  /// In how many milliseconds each of these goes by itself; nil where it does not, or is not there.
  public func millisecondsLeft(of names: [DaySketchName]) throws(RedisError) -> [Int?] {
    let replies = try connection.pipeline(names.map { RedisCommand("PTTL", [keys.key(of: $0)]) })
    return try replies.map { reply throws(RedisError) -> Int? in
      let left = try integer(reply, of: "PTTL")
      return left < 0 ? nil : Int(left)
    }
  }

  /// Those of which there is a key, of whatever type, without a walk over all keys.
  public func present(_ names: [DaySketchName]) throws(RedisError) -> [DaySketchName] {
    let types = try connection.pipeline(names.map { RedisCommand("TYPE", [keys.key(of: $0)]) })
    return zip(names, types).filter { $1 != .status("none") }.map { $0.0 }
  }

  /// Reads these sketches, in their order, and hands over so many at a time that they have about
  /// `bytesMax` bytes, or one that has more. Those that are gone are left out.
  public func read(
    _ names: [DaySketchName], bytesMax: Int = 8 << 20, _ body: ([FoundDaySketch]) throws -> Void
  ) throws {
    let lengths = try connection.pipeline(
      names.map { RedisCommand("STRLEN", [keys.key(of: $0)]) })
    var rest = zip(names, lengths).map { ($0, $1) }[...]
    while !rest.isEmpty {
      var byteCount = 0
      let batch = rest.prefix { _, length in
        defer { if case .integer(let count) = length { byteCount += Int(count) } }
        return byteCount <= bytesMax
      }
      rest = rest.dropFirst(batch.count)
      try body(try read(Array(batch)))
    }
  }

  private func read(
    _ batch: [(name: DaySketchName, length: RedisReply)]
  ) throws(RedisError) -> [FoundDaySketch] {
    // A value that some other program made may have 512 MB: only what may be a sketch is fetched.
    let fetched = batch.indices.filter { index in
      guard case .integer(let count) = batch[index].length else { return false }
      return (1...DaySketches.byteCountMax(of: batch[index].name.kind)).contains(Int(count))
    }
    let values = try connection.pipeline(
      fetched.map { RedisCommand("GET", [keys.key(of: batch[$0].name)]) })
    var value = [RedisReply?](repeating: nil, count: batch.count)
    for (index, reply) in zip(fetched, values) { value[index] = reply }
    var found: [FoundDaySketch] = []
    for (index, (name, length)) in batch.enumerated() {
      if let one = try read(name, length: length, value: value[index]) { found.append(one) }
    }
    return found
  }

  /// Nil where there is no such key.
  private func read(
    _ name: DaySketchName, length: RedisReply, value: RedisReply?
  ) throws(RedisError) -> FoundDaySketch? {
    func fault(_ reason: String) -> FoundDaySketch {
      FoundDaySketch(name: name, sketch: nil, fault: reason)
    }
    switch (length, value) {
    case (_, .bytes(let bytes)):
      return FoundDaySketch(name: name, sketch: DaySketch(name: name, bytes: bytes), fault: nil)
    case (.integer(0), _):
      // An empty string, or no key at all.
      let type = try connection.send(RedisCommand("TYPE", [keys.key(of: name)]))
      return type == .status("none") ? nil : fault("is empty, which no sketch is")
    case (_, .null):  // forgotten by another run between the two looks
      return nil
    case (let reply, _) where reply.errorCode == "WRONGTYPE",
      (_, let reply?) where reply.errorCode == "WRONGTYPE":
      return fault("is another type of key, not a string")
    case (.integer(let count), nil):
      return fault("has \(count) bytes, more than any sketch of its kind")
    default: throw unexpected(value ?? length, of: "GET")
    }
  }
}
