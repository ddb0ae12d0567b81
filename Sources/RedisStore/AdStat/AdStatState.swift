public import RedisClient
public import Rules

/// What Redis remembers of the ad statistics: hash `<prefix>tally:adstat`.
public struct AdStatState: Equatable, Sendable {
  /// Which life of Redis this is.
  public var lineage: Lineage
  /// The last day whose hashes nothing writes to any more; nil where none is.
  public var sealed: CivilDay?
  /// The last archive transaction that this Redis knows of.
  public var mark: UInt64
  /// The start of the last hour that a rollover booked under, in seconds since 1970.
  public var lastSlot: Int?
}

/// The ad statistics of one Redis. The files beside this one add what it can do, step by step.
public struct AdStatStore {
  let connection: RedisConnection
  public let keys: AdStatKeys

  public init(_ connection: RedisConnection, keyspace: Keyspace) {
    self.connection = connection
    keys = AdStatKeys(keyspace)
  }

  /// Whole seconds since 1970, by Redis' own clock.
  public func now() throws(RedisError) -> Int {
    Int(try connection.serverTimeMicroseconds() / 1_000_000)
  }

  /// Nil where this Redis has no lineage yet.
  public func state() throws(RedisError) -> AdStatState? {
    let replies = try connection.pipeline(
      ["lineage", "sealed", "mark", "last_slot"].map {
        RedisCommand("HGET", [keys.state, Array($0.utf8)])
      })
    var fields: [[UInt8]?] = []
    for reply in replies { fields.append(try optionalBytes(reply, of: "HGET tally:adstat")) }
    guard let written = fields[0] else { return nil }
    guard let lineage = Lineage(written), let mark = CounterValue.read(fields[2] ?? [0x30]),
      let sealed = wellFormed(fields[1], { CivilDay(bytes: $0[...]) }),
      let lastSlot = wellFormed(fields[3], { CounterValue.read($0).map { Int($0) } })
    else {
      throw RedisError(
        operation: "HGET tally:adstat", kind: .malformedReply,
        message: "the state of the ad statistics is damaged")
    }
    return AdStatState(lineage: lineage, sealed: sealed, mark: mark, lastSlot: lastSlot)
  }

  /// As `state`, naming this life of Redis first where it has no name yet.
  public func openState() throws(RedisError) -> AdStatState {
    if let state = try state() { return state }
    var random = SystemRandomNumberGenerator()
    try connection.verdict(
      of: AdStatStore.nameScript, keys: [keys.state], ["\(Lineage(using: &random))"])
    guard let state = try state() else {
      throw RedisError(
        operation: "HGET tally:adstat", kind: .malformedReply,
        message: "the lineage vanished as soon as it was written")
    }
    return state
  }

  /// Two that start at once agree on the lineage of the first.
  private static let nameScript = RedisScript(
    name: "NAME",
    source: """
      if not redis.call('HGET', KEYS[1], 'lineage') then
        redis.call('HSET', KEYS[1], 'lineage', ARGV[1])
      end
      return 'OK'
      """)

  /// Remembers the hour that a rollover closed, never going back.
  public func raiseLastSlot(to slot: Int) throws(RedisError) {
    try connection.verdict(of: AdStatStore.slotScript, keys: [keys.state], ["\(slot)"])
  }

  private static let slotScript = RedisScript(
    name: "SLOT",
    source: """
      local held = tonumber(redis.call('HGET', KEYS[1], 'last_slot') or '0')
      if tonumber(ARGV[1]) > held then
        redis.call('HSET', KEYS[1], 'last_slot', ARGV[1])
      end
      return 'OK'
      """)
}

/// `.some(nil)` where there is no field, nil where what it holds is damaged.
private func wellFormed<T>(_ field: [UInt8]?, _ read: ([UInt8]) -> T?) -> T?? {
  guard let field else { return .some(nil) }
  return read(field).map { .some($0) }
}
