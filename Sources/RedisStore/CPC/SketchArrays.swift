public import RedisClient

/// Windows of time with a sketch each: a hash `window's start -> image`, with fields for what all
/// windows have in common.
///
/// Shape: `size`, `win` and `lg_k` in decimal digits; `<start in ms since 1970>` -> image.
public struct SketchArrays {
  let connection: RedisConnection
  private let keyspace: Keyspace

  public init(_ connection: RedisConnection, keyspace: Keyspace) {
    self.connection = connection
    self.keyspace = keyspace
  }

  /// What all windows of an array have in common. It is chosen once, with the key.
  public struct Shape: Equatable, Sendable {
    /// How many windows are kept: the newest, and those before it.
    public let size: Int
    /// How long a window is.
    public let windowMilliseconds: Int
    public let lgK: Int

    public static let sizeRange = 1...1000
    /// A millisecond to ten years.
    public static let windowRange = 1...315_576_000_000
    public static let lgKRange = 4...26
    /// Times that a window may have, up to the year 9999; below 2^53, which scripts count by.
    public static let timeRange = 0...253_402_300_799_999

    /// Nil where there can be no such array.
    public init?(size: Int, windowMilliseconds: Int, lgK: Int) {
      guard Shape.sizeRange.contains(size), Shape.windowRange.contains(windowMilliseconds),
        Shape.lgKRange.contains(lgK)
      else { return nil }
      self.size = size
      self.windowMilliseconds = windowMilliseconds
      self.lgK = lgK
    }

    /// The start of the window that a time belongs to.
    public func window(of time: Int) -> Int { time - time % windowMilliseconds }

    fileprivate var words: [[UInt8]] {
      [size, windowMilliseconds, lgK].map { Array("\($0)".utf8) }
    }
  }

  /// What lies under a key.
  public enum Finding: Equatable, Sendable {
    case nothing
    case array(Shape)
    case unusable(reason: String)
  }

  /// What became of a window that was to be written.
  public enum Verdict: Equatable, Sendable {
    case written
    /// Somebody else wrote it, or the array, meanwhile.
    case changed
    /// It lies before those that are kept.
    case tooOld
  }

  /// A key as people name it, behind the installation's prefix.
  public func key(_ name: [UInt8]) -> [UInt8] { keyspace.prefix + name }

  public func read(_ name: [UInt8]) throws(RedisError) -> Finding {
    let replies = try connection.pipeline([
      RedisCommand("TYPE", [key(name)]),
      RedisCommand("HMGET", [key(name)] + SketchArrays.fields),
    ])
    guard case .status(let type) = replies[0] else { throw unexpected(replies[0], of: "TYPE") }
    switch (type, replies[1]) {
    case ("none", _): return .nothing
    case ("hash", .array(let words)) where words.count == SketchArrays.fields.count:
      guard let shape = shape(words) else {
        return .unusable(reason: "is a hash, but no array of sketches")
      }
      return .array(shape)
    case (_, .error(let message)) where !message.hasPrefix("WRONGTYPE"):
      throw unexpected(replies[1], of: "HMGET")
    default: return .unusable(reason: "is a \(type), not a hash")
    }
  }

  private static let fields = ["size", "win", "lg_k"].map { Array($0.utf8) }

  /// Nil where a number is not spelled as tally spells it: a script that writes compares the digits.
  private func shape(_ words: [RedisReply]) -> Shape? {
    let numbers = words.compactMap { word -> Int? in
      guard case .bytes(let digits) = word else { return nil }
      return Int(String(decoding: digits, as: UTF8.self)).flatMap {
        Array("\($0)".utf8) == digits ? $0 : nil
      }
    }
    guard numbers.count == words.count else { return nil }
    return Shape(size: numbers[0], windowMilliseconds: numbers[1], lgK: numbers[2])
  }

  /// Windows that are asked about in one pipeline.
  private static let windowsAtOnce = 1000

  /// Hands over the image of each window with these starts, nil where there is none; one at a time, so
  /// that only one is in memory. A value longer than any image is not fetched: it stands as empty
  /// bytes, which are none either.
  public func forEachWindow(
    _ starts: [Int], of name: [UInt8], _ body: (_ start: Int, _ image: [UInt8]?) throws -> Void
  ) throws {
    for first in stride(from: 0, to: starts.count, by: SketchArrays.windowsAtOnce) {
      let part = starts[first..<min(first + SketchArrays.windowsAtOnce, starts.count)]
      let lengths = try connection.pipeline(
        part.map { RedisCommand("HSTRLEN", [key(name), Array("\($0)".utf8)]) })
      for (start, length) in zip(part, lengths) {
        switch try integer(length, of: "HSTRLEN") {
        // Most of a long range are windows in which nothing was.
        case 0: try body(start, nil)
        case ...SketchStrings.imageByteCountMax:
          let reply = try connection.send(
            RedisCommand("HGET", [key(name), Array("\(start)".utf8)]))
          try body(start, try optionalBytes(reply, of: "HGET"))
        default: try body(start, [])
        }
      }
    }
  }

  /// Whether the window lies before those that are kept, as `replace` would find it.
  public func isTooOld(_ start: Int, of name: [UInt8], _ shape: Shape) throws -> Bool {
    guard case .array(let fields) = try connection.send(RedisCommand("HKEYS", [key(name)])) else {
      return false
    }
    let starts = fields.compactMap { field -> Int? in
      guard case .bytes(let bytes) = field else { return nil }
      let isNumber = bytes.allSatisfy { (0x30...0x39).contains($0) }
      return isNumber ? Int(String(decoding: bytes, as: UTF8.self)) : nil
    }
    let newest = starts.max() ?? start
    return start <= newest - shape.size * shape.windowMilliseconds
  }

  /// Replaces `old` by `new` in one window, and drops the windows that are older than those kept.
  ///
  /// It may be repeated: where the window holds `new` already, only the time to live is set.
  /// - Parameter old: nil where there was no such window.
  public func replace(
    _ start: Int, of name: [UInt8], _ shape: Shape, isNew: Bool, _ old: [UInt8]?,
    by new: [UInt8], expiry: KeyExpiry
  ) throws(RedisError) -> Verdict {
    let flags = [isNew, old != nil].map { [UInt8(ascii: $0 ? "1" : "0")] }
    let call = RedisScriptCall(
      keys: [key(name)],
      arguments: shape.words + flags + [Array("\(start)".utf8), old ?? [], new]
        + expiry.arguments)
    switch try connection.verdict(of: compareAndSetWindow, call) {
    case "OK": return .written
    case "OLD": return .tooOld
    default: return .changed
    }
  }
}

/// Compares and sets one window.
///
///     keys   the array
///     args   size, win, lg_k; 1 where the key is new; 1 where the window was there; its start, its
///            bytes then, its new bytes; the expiry's word and number
///     reply  OK, CHANGED or OLD
private let compareAndSetWindow = RedisScript(
  name: "CASW",
  source: KeyExpiry.script + """
    local key, start = KEYS[1], ARGV[6]
    local kind = redis.call('TYPE', key).ok
    if kind ~= 'none' and kind ~= 'hash' then return 'CHANGED' end
    local shape = redis.call('HMGET', key, 'size', 'win', 'lg_k')
    local same = shape[1] == ARGV[1] and shape[2] == ARGV[2] and shape[3] == ARGV[3]
    local held = redis.call('HGET', key, start)
    if not (same and held == ARGV[8]) then
      if ARGV[4] == '1' then
        if kind ~= 'none' then return 'CHANGED' end
      elseif not same then
        return 'CHANGED'
      end
      if held ~= (ARGV[5] == '1' and ARGV[7]) then return 'CHANGED' end
      local newest, starts = tonumber(start), {}
      for _, field in ipairs(redis.call('HKEYS', key)) do
        if string.find(field, '^%d+$') then
          starts[#starts + 1] = field
          newest = math.max(newest, tonumber(field))
        end
      end
      local limit = newest - tonumber(ARGV[1]) * tonumber(ARGV[2])
      if tonumber(start) <= limit then return 'OLD' end
      redis.call('HSET', key, 'size', ARGV[1])
      redis.call('HSET', key, 'win', ARGV[2])
      redis.call('HSET', key, 'lg_k', ARGV[3])
      redis.call('HSET', key, start, ARGV[8])
      for _, field in ipairs(starts) do
        if tonumber(field) <= limit then redis.call('HDEL', key, field) end
      end
    end
    expire(key, ARGV[9], ARGV[10])
    return 'OK'
    """)
