/// The code of an advertising image: 1 to 128 bytes, kept exactly. `A`, `a`, `a ` and an emoji are
/// four different codes.
public struct Code: Hashable, Comparable, Sendable {
  public static let byteCountMax = 128
  public let bytes: [UInt8]

  /// Nil where `bytes` is empty or longer than 128.
  public init?(_ bytes: some Collection<UInt8>) {
    guard (1...Code.byteCountMax).contains(bytes.count) else { return nil }
    self.bytes = Array(bytes)
  }

  /// Nil where `bytes` is empty or longer than 128.
  public init?(_ bytes: Span<UInt8>) {
    guard (1...Code.byteCountMax).contains(bytes.count) else { return nil }
    self.bytes = Array(bytes)
  }

  /// Whether it is made of these bytes.
  public func isEqual(to other: Span<UInt8>) -> Bool { bytes.isEqual(to: other) }

  /// Whether it comes before these bytes, byte by byte.
  public func precedes(_ other: Span<UInt8>) -> Bool { bytes.span.precedes(other) }

  /// Byte by byte, as MySQL orders VARBINARY.
  public static func < (a: Code, b: Code) -> Bool { a.precedes(b.bytes.span) }
}
