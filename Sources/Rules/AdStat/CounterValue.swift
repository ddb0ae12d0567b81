/// The text of a counter as Redis keeps it: decimal digits without sign or leading zeros.
public enum CounterValue {
  /// 18 digits: what fits a signed 64-bit integer with room to add.
  public static let digitsMax = 18

  /// The number, or nil where the bytes are no canonical non-negative integer of at most 18 digits:
  /// `007`, `-1`, `1.5`, ``, ` 1` and `1e3` are refused.
  public static func read(_ bytes: some Collection<UInt8>) -> UInt64? {
    canonical(Array(bytes).span, digitsMax: digitsMax)
  }

  /// As `read`, for what many counters were added up to: as far as Redis itself counts, 2^63 - 1.
  public static func readSum(_ bytes: some Collection<UInt8>) -> UInt64? {
    readSum(Array(bytes).span)
  }

  static func readSum(_ bytes: Span<UInt8>) -> UInt64? {
    canonical(bytes, digitsMax: 19).flatMap { $0 <= UInt64(Int64.max) ? $0 : nil }
  }

  /// At most 19 digits, which cannot overflow 64 bits.
  static func canonical(_ bytes: Span<UInt8>, digitsMax: Int) -> UInt64? {
    guard (1...digitsMax).contains(bytes.count) else { return nil }
    if bytes[0] == UInt8(ascii: "0") { return bytes.count == 1 ? 0 : nil }
    var value: UInt64 = 0
    for index in bytes.indices {
      let byte = bytes[index]
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
      value = value * 10 + UInt64(byte - UInt8(ascii: "0"))
    }
    return value
  }
}
