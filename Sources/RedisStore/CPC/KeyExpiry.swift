/// What becomes of a key's time to live when its sketch is written, as TairCpc has it.
public enum KeyExpiry: Equatable, Sendable {
  /// It stays as it is; a new key has none. Also EX 0 and PX 0.
  case keep
  /// The key lives for ever from now on. Also EX -1 and PX -1.
  case drop
  /// So long from now; PX, or EX times 1000.
  case milliseconds(Int)
  /// At this instant since 1970; PXAT, or EXAT times 1000. One that has passed takes the key away.
  case atMilliseconds(Int)

  /// What the scripts are told: a word and a number.
  var arguments: [[UInt8]] {
    let (word, number) =
      switch self {
      case .keep: ("KEEP", 0)
      case .drop: ("FOREVER", 0)
      case .milliseconds(let number): ("PX", number)
      case .atMilliseconds(let number): ("PXAT", number)
      }
    return [Array(word.utf8), Array("\(number)".utf8)]
  }

  /// A function for scripts, in Lua; Redis 5 has no better SET.
  static let script = """
    local function expire(key, kind, time)
      if kind == 'FOREVER' then redis.call('PERSIST', key)
      elseif kind == 'PX' then redis.call('PEXPIRE', key, time)
      elseif kind == 'PXAT' then redis.call('PEXPIREAT', key, time)
      end
    end

    """
}
