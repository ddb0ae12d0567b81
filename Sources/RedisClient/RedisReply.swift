internal import CHiredis

/// A reply, copied out of hiredis at once.
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

  /// Copies the tree; what is allocated by hiredis stays the caller's to free.
  init(copying reply: UnsafePointer<redisReply>) throws(HiredisLink.Failure) {
    switch reply.pointee.type {
    case REDIS_REPLY_NIL: self = .null
    case REDIS_REPLY_INTEGER: self = .integer(reply.pointee.integer)
    case REDIS_REPLY_STRING: self = .bytes(Array(Self.content(of: reply)))
    case REDIS_REPLY_STATUS:
      self = .status(String(decoding: Self.content(of: reply), as: UTF8.self))
    case REDIS_REPLY_ERROR: self = .error(String(decoding: Self.content(of: reply), as: UTF8.self))
    case REDIS_REPLY_ARRAY:
      var elements: [RedisReply] = []
      elements.reserveCapacity(Int(reply.pointee.elements))
      for index in 0..<Int(reply.pointee.elements) {
        guard let element = reply.pointee.element[index] else {
          throw HiredisLink.Failure(kind: .malformedReply, message: "an array with a hole in it")
        }
        elements.append(try RedisReply(copying: element))
      }
      self = .array(elements)
    case let type:
      throw HiredisLink.Failure(kind: .malformedReply, message: "a reply of unknown type \(type)")
    }
  }

  private static func content(of reply: UnsafePointer<redisReply>) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: reply.pointee.str, count: Int(reply.pointee.len))
  }
}
