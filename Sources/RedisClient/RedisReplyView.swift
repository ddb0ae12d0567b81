internal import CHiredis

/// A reply where hiredis holds it, looked at without a copy.
///
/// It is valid only inside the closure it is given to; it cannot be copied, so it cannot be kept.
public struct RedisReplyView: ~Copyable {
  private let reply: UnsafePointer<redisReply>

  init(_ reply: UnsafePointer<redisReply>) { self.reply = reply }

  /// Looks at the bytes of a string; nil for any other reply.
  public func withBytes<T>(_ body: (Span<UInt8>) throws -> T) rethrows -> T? {
    guard reply.pointee.type == REDIS_REPLY_STRING else { return nil }
    let bytes = UnsafeRawBufferPointer(start: reply.pointee.str, count: Int(reply.pointee.len))
    return try body(bytes.assumingMemoryBound(to: UInt8.self).span)
  }

  /// A whole number; nil for any other reply.
  public var integer: Int64? {
    reply.pointee.type == REDIS_REPLY_INTEGER ? reply.pointee.integer : nil
  }

  /// The words of an error; nil for any other reply.
  public var errorMessage: String? {
    guard reply.pointee.type == REDIS_REPLY_ERROR else { return nil }
    let bytes = UnsafeRawBufferPointer(start: reply.pointee.str, count: Int(reply.pointee.len))
    return String(decoding: bytes, as: UTF8.self)
  }

  /// How many elements an array has; nil for any other reply.
  public var count: Int? {
    reply.pointee.type == REDIS_REPLY_ARRAY ? Int(reply.pointee.elements) : nil
  }

  /// Looks at an element of an array; nil where there is none.
  public func withElement<T>(
    _ index: Int, _ body: (borrowing RedisReplyView) throws -> T
  ) rethrows -> T? {
    guard let count, index < count, let element = reply.pointee.element[index] else { return nil }
    return try body(RedisReplyView(element))
  }

  /// The whole reply, copied.
  public func copy() throws(RedisError) -> RedisReply {
    do {
      return try RedisReply(copying: reply)
    } catch {
      throw RedisError(operation: "reply", kind: error.kind, message: error.message)
    }
  }
}
