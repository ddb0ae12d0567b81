public import RedisClient

/// Sketches that are strings: their images, read whole and replaced whole.
public struct SketchStrings {
  let connection: RedisConnection
  private let keyspace: Keyspace

  public init(_ connection: RedisConnection, keyspace: Keyspace) {
    self.connection = connection
    self.keyspace = keyspace
  }

  /// The largest image there is: of lg_k 26, as Apache DataSketches states it.
  public static let imageByteCountMax = 40_265_358

  /// What lies under a key.
  public enum Finding: Equatable, Sendable {
    case nothing
    case bytes([UInt8])
    /// No sketch, and never fetched whole.
    case unusable(reason: String)
  }

  /// A key as people name it, behind the installation's prefix.
  public func key(_ name: [UInt8]) -> [UInt8] { keyspace.prefix + name }

  public func read(_ name: [UInt8]) throws(RedisError) -> Finding {
    // One byte more than is accepted, so that a longer value shows itself.
    let end = Array("\(SketchStrings.imageByteCountMax)".utf8)
    let replies = try connection.pipeline([
      RedisCommand("TYPE", [key(name)]), RedisCommand("GETRANGE", [key(name), [0x30], end]),
    ])
    guard case .status(let type) = replies[0] else { throw unexpected(replies[0], of: "TYPE") }
    switch (type, replies[1]) {
    case ("none", _): return .nothing
    case ("string", .bytes(let bytes)):
      guard bytes.count <= SketchStrings.imageByteCountMax else {
        return .unusable(reason: "has more bytes than any sketch")
      }
      return .bytes(bytes)
    case (_, .error(let message)) where !message.hasPrefix("WRONGTYPE"):
      throw unexpected(replies[1], of: "GETRANGE")
    default: return .unusable(reason: "is a \(type), not a string")
    }
  }

  /// Replaces `old` by `new`; false, and nothing done, where the key holds something else by now.
  ///
  /// It may be repeated: where the key holds `new` already, which is so after a reply that was lost,
  /// only its time to live is set.
  /// - Parameter old: nil where there was no such key.
  public func replace(
    _ name: [UInt8], _ old: [UInt8]?, by new: [UInt8], expiry: KeyExpiry
  ) throws(RedisError) -> Bool {
    let had = [UInt8(ascii: old == nil ? "0" : "1")]
    let call = RedisScriptCall(
      keys: [key(name)], arguments: [had, old ?? [], new] + expiry.arguments)
    return try connection.verdict(of: compareAndSet, call) == "OK"
  }
}

/// Compares and sets.
///
///     keys   the sketch
///     args   1 where it was there, its bytes then, its new bytes, the expiry's word and number
///     reply  OK or CHANGED
private let compareAndSet = RedisScript(
  name: "CAS",
  source: KeyExpiry.script + """
    local held = redis.pcall('GET', KEYS[1])
    if type(held) == 'table' then
      if string.find(held.err, 'WRONGTYPE', 1, true) then return 'CHANGED' end
      return held
    end
    if held ~= ARGV[3] then
      if held ~= (ARGV[1] == '1' and ARGV[2]) then return 'CHANGED' end
      local left = redis.call('PTTL', KEYS[1])
      if left >= 0 then redis.call('SET', KEYS[1], ARGV[3], 'PX', math.max(left, 1))
      else redis.call('SET', KEYS[1], ARGV[3]) end
    end
    expire(KEYS[1], ARGV[4], ARGV[5])
    return 'OK'
    """)
