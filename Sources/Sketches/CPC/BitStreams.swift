/// Writes words of bits behind each other, from the lowest bit up.
struct BitWriter {
  private var full: [UInt64] = []
  private var bits: UInt64 = 0
  private var bitCount: UInt64 = 0

  init(expectedBitCount: Int) { full.reserveCapacity(expectedBitCount / 64 + 2) }

  /// Appends up to 63 bits; what stands above them in `word` must be zero.
  @inline(__always)
  mutating func append(_ word: UInt64, count: UInt64) {
    bits |= word &<< bitCount
    bitCount &+= count
    if bitCount >= 64 {
      full.append(bits.littleEndian)
      bitCount &-= 64
      bits = bitCount == 0 ? 0 : word &>> (count &- bitCount)
    }
  }

  mutating func appendZeros(_ count: Int) {
    for _ in 0..<count / 32 { append(0, count: 32) }
    append(0, count: UInt64(count % 32))
  }

  /// The 32-bit words, little-endian, of which the last is filled up with zeros.
  consuming func bytes() -> [UInt8] {
    let byteCount = (full.count * 64 + Int(bitCount) + 31) / 32 * 4
    full.append(bits.littleEndian)
    return unsafe full.withUnsafeBytes { unsafe Array($0.prefix(byteCount)) }
  }
}

/// Reads words of bits from a part of some bytes. Behind the end of that part there is nothing but
/// what the caller is to notice by `isExhausted`; behind the end of the bytes there are zeros.
struct BitReader {
  private let bytes: [UInt8]
  /// In bits, from the beginning of `bytes`.
  var position: Int
  let end: Int

  /// Reads `part` of `bytes`, which must have it.
  init(_ bytes: [UInt8], part: Range<Int>) {
    self.bytes = bytes
    position = part.lowerBound * 8
    end = part.upperBound * 8
  }

  /// True where more was read than there is.
  var isExhausted: Bool { position > end }

  /// The next bits, of which at least 57 are right.
  func peek() -> UInt64 { peek(at: position) }

  /// The bits from a position on: a loop that keeps it by itself is faster.
  @inline(__always)
  func peek(at position: Int) -> UInt64 {
    let offset = position &>> 3
    let word = offset &+ 8 <= bytes.count ? bytes.span.word(at: offset) : lastWord(at: offset)
    return word &>> UInt64(truncatingIfNeeded: position & 7)
  }

  /// True where nothing is left but `padding` zeros, and what fills up the last 32-bit word.
  mutating func endsWith(padding: Int) -> Bool {
    let rest = end - position
    guard rest >= padding, rest < padding + 32 else { return false }
    while position < end {
      let count = min(32, end - position)
      guard peek() & (1 << UInt64(count) - 1) == 0 else { return false }
      position += count
    }
    return true
  }

  private func lastWord(at offset: Int) -> UInt64 {
    guard offset < bytes.count else { return 0 }
    return bytes.span.word(at: offset, byteCount: bytes.count - offset)
  }
}
