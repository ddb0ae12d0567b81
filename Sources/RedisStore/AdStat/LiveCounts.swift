internal import RedisClient
internal import Rules

/// What a live key holds.
enum LiveCount: Equatable, Sendable {
  /// No key, or zero.
  case nothing
  case count(UInt64)
  /// What is no count stays where it is until a person looks.
  case rejected(reason: String)

  /// Nil where there is none.
  var count: UInt64? { if case .count(let count) = self { count } else { nil } }
}

/// Why what a live key holds is no count.
enum LiveFault {
  static func noCount(_ value: [UInt8]) -> String {
    "holds '\(printable(value))', which is no count"
  }

  static func tooLong(byteCount: Int) -> String { "holds \(byteCount) bytes, which are no count" }

  static func wrongType(_ type: String) -> String { "is a \(printable(type.utf8)), not a counter" }
}

extension AdStatStore {
  /// Looks at live counters by reading only.
  func liveCounts(of counters: [LiveCounter]) throws(RedisError) -> [LiveCount] {
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
    var counts: [LiveCount] = []
    for (length, value) in zip(lengths, values) {
      counts.append(try LiveCount(length: length, value: value))
    }
    return counts
  }
}

extension LiveCount {
  fileprivate init(length: RedisReply, value: RedisReply) throws(RedisError) {
    switch (length, value) {
    case (.integer, .null): self = .nothing
    case (.integer, .bytes(let bytes)):
      guard let count = CounterValue.read(bytes) else {
        self = .rejected(reason: LiveFault.noCount(bytes))
        return
      }
      self = count == 0 ? .nothing : .count(count)
    case (.integer(let count), .status):
      self = .rejected(reason: LiveFault.tooLong(byteCount: Int(count)))
    // Gone, or become a counter, between the two looks.
    case (.error(let message), .status("none")) where message.hasPrefix("WRONGTYPE"):
      self = .nothing
    case (.error(let message), .status(let type)) where message.hasPrefix("WRONGTYPE"):
      self = .rejected(reason: LiveFault.wrongType(type))
    default: throw unexpected(length, of: "STRLEN")
    }
  }
}
