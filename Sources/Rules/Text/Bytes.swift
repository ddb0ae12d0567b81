extension Span<UInt8> {
  /// The same bytes.
  func isEqual(to other: Span<UInt8>) -> Bool {
    guard count == other.count else { return false }
    for index in indices where self[index] != other[index] { return false }
    return true
  }

  /// Byte by byte, the shorter one first where it ends, as MySQL orders VARBINARY.
  func precedes(_ other: Span<UInt8>) -> Bool {
    for index in 0..<Swift.min(count, other.count) where self[index] != other[index] {
      return self[index] < other[index]
    }
    return count < other.count
  }
}

extension [UInt8] {
  /// The same bytes.
  func isEqual(to other: Span<UInt8>) -> Bool { span.isEqual(to: other) }

  /// A copy of the bytes.
  init(_ span: Span<UInt8>) {
    self.init()
    reserveCapacity(span.count)
    for index in span.indices { append(span[index]) }
  }
}
