/// A reply where it was read to, looked at without a copy.
///
/// It is valid only inside the closure it is given to; it cannot be copied, so it cannot be kept.
public struct RedisReplyView: ~Copyable {
  private let tree: UnsafePointer<ReplyTree>
  private let part: ReplyTree.Part

  /// Of the whole reply.
  init(_ tree: UnsafePointer<ReplyTree>) { self.init(tree, part: tree.pointee.root) }

  private init(_ tree: UnsafePointer<ReplyTree>, part number: Int) {
    self.tree = tree
    part = tree.pointee.parts[number]
  }

  /// Looks at the bytes of a string; nil for any other reply.
  public func withBytes<T>(_ body: (Span<UInt8>) throws -> T) rethrows -> T? {
    guard case .string(let stretch) = part else { return nil }
    return try body(tree.pointee.bytes.span.extracting(stretch.range))
  }

  /// A whole number; nil for any other reply.
  public var integer: Int64? {
    guard case .integer(let number) = part else { return nil }
    return number
  }

  /// The words of an error; nil for any other reply.
  public var errorMessage: String? {
    guard case .error(let stretch) = part else { return nil }
    return text(stretch)
  }

  /// How many elements an array has; nil for any other reply.
  public var count: Int? {
    guard case .array(let stretch) = part else { return nil }
    return stretch.range.count
  }

  /// Looks at an element of an array; nil where there is none.
  public func withElement<T>(
    _ index: Int, _ body: (borrowing RedisReplyView) throws -> T
  ) rethrows -> T? {
    guard case .array(let stretch) = part, index < stretch.range.count else { return nil }
    return try body(RedisReplyView(tree, part: tree.pointee.element(index, of: stretch)))
  }

  /// The whole reply, copied.
  public func copy() -> RedisReply {
    switch part {
    case .null: return .null
    case .integer(let number): return .integer(number)
    case .string(let stretch): return .bytes(Array(tree.pointee.bytes[stretch.range]))
    case .status(let stretch): return .status(text(stretch))
    case .error(let stretch): return .error(text(stretch))
    case .array(let stretch):
      return .array(
        stretch.range.indices.map {
          RedisReplyView(tree, part: Int(tree.pointee.elements[$0])).copy()
        })
    }
  }

  private func text(_ stretch: ReplyTree.Stretch) -> String {
    String(decoding: tree.pointee.bytes[stretch.range], as: UTF8.self)
  }
}
