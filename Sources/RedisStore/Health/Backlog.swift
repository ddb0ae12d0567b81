public import RedisClient
public import Rules

/// What lies in one Redis and waits for a job, in numbers.
///
/// A key that SCAN hands over twice, which it may while its tables grow, counts twice.
public struct Backlog: Equatable, Sendable {
  /// Live counters above zero.
  public var liveCounters = 0
  /// What they hold together.
  public var liveCounts: UInt64 = 0
  /// Live keys that hold no count.
  public var malformedCounters = 0
  /// Day hashes by day.
  public var dayHashes: [CivilDay: Int] = [:]
  /// Login bitmaps by month.
  public var bitmaps: [Month: Int] = [:]
  /// Sketches of days by day, of both kinds.
  public var daySketches: [CivilDay: Int] = [:]

  public init() {}
}

/// One walk over all keys of a Redis, which tells what waits in it.
public struct BacklogWalk {
  private let connection: RedisConnection
  private let adStat: AdStatKeys
  private let logins: LoginKeys
  private let sketches: DaySketchKeys
  private let pattern: [UInt8]

  public init(_ connection: RedisConnection, _ keyspace: Keyspace) {
    self.connection = connection
    adStat = AdStatKeys(keyspace)
    logins = LoginKeys(keyspace)
    sketches = DaySketchKeys(keyspace)
    pattern = escapedGlob(keyspace.prefix) + [UInt8(ascii: "*")]
  }

  /// `codes` is given, page by page, the codes under which something is counted; one may come again on
  /// another page. Malformed names are the jobs' to tell.
  public func read(
    codes: (Set<Code>) throws -> Void, progressed: (ScanProgress) throws -> Void
  ) throws -> Backlog {
    var backlog = Backlog()
    try connection.scan(matching: pattern) { keys, walk in
      var counted: Set<Code> = []
      var live: [[UInt8]] = []
      for key in keys {
        if let counter = try? adStat.liveCounter(key) {
          live.append(key)
          counted.insert(counter.code)
        } else if let hash = try? adStat.dayHash(key) {
          backlog.dayHashes[hash.day, default: 0] += 1
          counted.insert(hash.code)
        } else if let bitmap = try? logins.parse(key) {
          backlog.bitmaps[bitmap.month, default: 0] += 1
        } else if let sketch = try? sketches.name(of: key) {
          backlog.daySketches[sketch.day, default: 0] += 1
        }
      }
      try add(live, to: &backlog)
      if !counted.isEmpty { try codes(counted) }
      try progressed(walk)
    }
    return backlog
  }

  private func add(_ live: [[UInt8]], to backlog: inout Backlog) throws(RedisError) {
    // One byte more than a count has, so that a longer value shows itself and no more of it is read.
    let end = Array("\(CounterValue.digitsMax)".utf8)
    for reply in try connection.pipeline(
      live.map { RedisCommand("GETRANGE", [$0, [UInt8(ascii: "0")], end]) })
    {
      switch reply {
      case .bytes([]): break  // moved meanwhile
      case .bytes(let bytes):
        guard let count = CounterValue.read(bytes) else {
          backlog.malformedCounters += 1
          break
        }
        backlog.liveCounters += count > 0 ? 1 : 0
        backlog.liveCounts = backlog.liveCounts.addingReportingOverflow(count).partialValue
      case let other where other.errorCode == "WRONGTYPE": backlog.malformedCounters += 1
      case let other: throw unexpected(other, of: "GETRANGE")
      }
    }
  }
}
