/// A reply, copied out of the connection at once.
public enum RedisReply: Sendable, Equatable {
  case null
  case integer(Int64)
  case bytes([UInt8])
  case status(String)
  case error(String)
  case array([RedisReply])
}

extension RedisReply {
  /// The first word of an error reply, such as `OOM` or `WRONGTYPE`; nil for any other reply.
  public var errorCode: String? {
    guard case .error(let message) = self else { return nil }
    return String(message.prefix { $0 != " " })
  }

  /// A decimal number, as bytes or as an integer; nil for any other reply.
  var decimal: Int64? {
    switch self {
    case .integer(let number): number
    case .bytes(let text): Int64(String(decoding: text, as: UTF8.self))
    default: nil
    }
  }
}
