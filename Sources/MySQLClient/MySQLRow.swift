/// One row of a streamed result.
///
/// It looks into the library's buffer and is valid only inside the closure it is given to; it cannot
/// be copied, so it cannot be kept. Columns count from 0; one that the answer does not have is NULL.
public struct MySQLRow: ~Copyable {
  private let values: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
  private let lengths: UnsafeMutablePointer<UInt>
  public let columnCount: Int

  init(
    values: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>,
    lengths: UnsafeMutablePointer<UInt>, columnCount: Int
  ) {
    self.values = values
    self.lengths = lengths
    self.columnCount = columnCount
  }

  /// Copies a column's bytes; nil for NULL.
  public func bytes(_ column: Int) -> [UInt8]? { buffer(column).map { Array($0) } }

  /// Reads a column's decimal digits; nil for NULL or anything that is no such number.
  public func unsigned(_ column: Int) -> UInt64? {
    guard let digits = buffer(column), !digits.isEmpty else { return nil }
    var number: UInt64 = 0
    for digit in digits {
      guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else { return nil }
      let (tens, tensOverflow) = number.multipliedReportingOverflow(by: 10)
      let (sum, sumOverflow) = tens.addingReportingOverflow(UInt64(digit - UInt8(ascii: "0")))
      guard !tensOverflow, !sumOverflow else { return nil }
      number = sum
    }
    return number
  }

  /// A column as text; nil for NULL. What is no UTF-8 stands as U+FFFD: use `bytes` for keys.
  public func text(_ column: Int) -> String? {
    buffer(column).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Looks at a column's bytes without copying them; nil for NULL.
  public func withBytes<T>(_ column: Int, _ body: (Span<UInt8>?) throws -> T) rethrows -> T {
    guard let buffer = buffer(column) else { return try body(nil) }
    return try body(buffer.span)
  }

  private func buffer(_ column: Int) -> UnsafeBufferPointer<UInt8>? {
    // What has fewer columns than were asked for came from a server that is none.
    guard column < columnCount, let start = values[column] else { return nil }
    return UnsafeRawBufferPointer(start: start, count: Int(lengths[column]))
      .assumingMemoryBound(to: UInt8.self)
  }
}
