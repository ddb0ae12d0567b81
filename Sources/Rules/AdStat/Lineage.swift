/// The name of one life of a Redis: 128 random bits, minted when tally first meets an empty server.
///
/// Shape: 32 lower-case hex digits, in the state hash, in every day hash and in `ad_source`. Counts of
/// two lives of the same hour add up, counts of the same life merge by maximum; the lineage tells them
/// apart.
public struct Lineage: Hashable, Sendable {
  private let high: UInt64
  private let low: UInt64

  /// A new one.
  public init(using generator: inout some RandomNumberGenerator) {
    high = generator.next()
    low = generator.next()
  }

  /// Nil where `bytes` are not 32 lower-case hex digits.
  public init?(_ bytes: some Collection<UInt8>) {
    self.init(Array(bytes).span)
  }

  /// Nil where `bytes` are not 32 lower-case hex digits.
  public init?(_ bytes: Span<UInt8>) {
    guard bytes.count == 32, let high = hexadecimal(bytes.extracting(first: 16)),
      let low = hexadecimal(bytes.extracting(last: 16))
    else { return nil }
    self.high = high
    self.low = low
  }
}

extension Lineage: CustomStringConvertible {
  public var description: String { digits(high) + digits(low) }
}

/// Reads at most 16 lower-case hex digits.
private func hexadecimal(_ bytes: Span<UInt8>) -> UInt64? {
  var value: UInt64 = 0
  for index in bytes.indices {
    let byte = bytes[index]
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"):
      value = value << 4 | UInt64(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"):
      value = value << 4 | UInt64(byte - UInt8(ascii: "a") + 10)
    default: return nil
    }
  }
  return value
}

private func digits(_ half: UInt64) -> String {
  let text = String(half, radix: 16)
  return String(repeating: "0", count: 16 - text.count) + text
}
