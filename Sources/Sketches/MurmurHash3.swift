/// The hash MurmurHash3 x64-128, by which CPC sketches of all implementations know an item.
///
/// Source: Austin Appleby's public domain description,
/// <https://github.com/aappleby/smhasher/wiki/MurmurHash3>. Both lanes start from the same 64-bit
/// seed, as Apache DataSketches does it.
public struct MurmurHash3: Equatable, Sendable {
  /// The first 64 bits, of which a sketch takes the row.
  public let low: UInt64
  /// The second 64 bits, of which a sketch takes the column.
  public let high: UInt64

  /// The hash of some bytes.
  public init(of item: Span<UInt8>, seed: UInt64) {
    self.init(item, from: 0, count: item.count, seed: seed)
  }

  /// The hash of eight bytes, little-endian.
  init(of word: UInt64, seed: UInt64) {
    self.init(low: seed, high: seed, firstHalf: word, secondHalf: 0, count: 8)
  }

  /// The hash of one to fifteen bytes that stand in two words, little-endian, with zeros behind them.
  @inline(__always)
  init(_ first: UInt64, _ second: UInt64, count: Int, seed: UInt64) {
    self.init(low: seed, high: seed, firstHalf: first, secondHalf: second, count: count)
  }

  /// The hash of a part of `buffer`, of which the rest is there to be read along and masked away.
  @inline(__always)
  init(_ buffer: borrowing Span<UInt8>, from start: Int, count: Int, seed: UInt64) {
    var (low, high) = (seed, seed)
    var (position, rest) = (start, count)
    while rest >= 16 {
      low ^= MurmurHash3.mixFirst(buffer.word(at: position))
      low = (rotated(low, 27) &+ high) &* 5 &+ 0x52DC_E729
      high ^= MurmurHash3.mixSecond(buffer.word(at: position + 8))
      high = (rotated(high, 31) &+ low) &* 5 &+ 0x3849_5AB5
      position += 16
      rest -= 16
    }
    self.init(
      low: low, high: high,
      firstHalf: rest > 0 ? buffer.word(at: position, byteCount: min(8, rest)) : 0,
      secondHalf: rest > 8 ? buffer.word(at: position + 8, byteCount: rest - 8) : 0, count: count)
  }

  /// The last, incomplete block, and the finish.
  @inline(__always)
  private init(low: UInt64, high: UInt64, firstHalf: UInt64, secondHalf: UInt64, count: Int) {
    var low = low ^ MurmurHash3.mixFirst(firstHalf) ^ UInt64(truncatingIfNeeded: count)
    var high = high ^ MurmurHash3.mixSecond(secondHalf) ^ UInt64(truncatingIfNeeded: count)
    low &+= high
    high &+= low
    low = MurmurHash3.finish(low)
    high = MurmurHash3.finish(high)
    self.low = low &+ high
    self.high = high &+ low &+ high
  }

  @inline(__always)
  private static func mixFirst(_ word: UInt64) -> UInt64 {
    rotated(word &* 0x87C3_7B91_1142_53D5, 31) &* 0x4CF5_AD43_2745_937F
  }

  @inline(__always)
  private static func mixSecond(_ word: UInt64) -> UInt64 {
    rotated(word &* 0x4CF5_AD43_2745_937F, 33) &* 0x87C3_7B91_1142_53D5
  }

  @inline(__always)
  private static func finish(_ word: UInt64) -> UInt64 {
    var word = (word ^ (word &>> 33)) &* 0xFF51_AFD7_ED55_8CCD
    word = (word ^ (word &>> 33)) &* 0xC4CE_B9FE_1A85_EC53
    return word ^ (word &>> 33)
  }
}

@inline(__always)
private func rotated(_ word: UInt64, _ count: UInt64) -> UInt64 {
  word &<< count | word &>> (64 &- count)
}

extension Span<UInt8> {
  /// Eight bytes, little-endian; stops the process where they are not all there.
  @inline(__always)
  func word(at offset: Int) -> UInt64 {
    // Any eight bytes are a UInt64, and the offset is checked.
    unsafe UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  /// Eight bytes, little-endian, that the caller has made sure are there.
  @unsafe @inline(__always)
  func uncheckedWord(at offset: Int) -> UInt64 {
    unsafe UInt64(
      littleEndian: bytes.unsafeLoadUnaligned(
        fromUncheckedByteOffset: offset, as: UInt64.self))
  }

  /// Sixteen bytes as two words, in whatever order the machine has.
  @inline(__always)
  func words(at offset: Int) -> SIMD2<UInt64> {
    unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: SIMD2<UInt64>.self)
  }

  /// One to eight bytes, little-endian, the others zero.
  @inline(__always)
  func word(at offset: Int, byteCount count: Int) -> UInt64 {
    if offset + 8 <= self.count {
      return word(at: offset) & (UInt64.max &>> UInt64(truncatingIfNeeded: 64 - 8 * count))
    }
    return wordAtTheEnd(at: offset, byteCount: count)
  }

  /// The same, where there are no eight bytes any more.
  private func wordAtTheEnd(at offset: Int, byteCount count: Int) -> UInt64 {
    if self.count >= 8 {
      let last =
        word(at: self.count - 8) &>> UInt64(truncatingIfNeeded: 8 * (offset + 8 - self.count))
      return last & (UInt64.max &>> UInt64(truncatingIfNeeded: 64 - 8 * count))
    }
    var word: UInt64 = 0
    for index in (0..<count).reversed() {
      word = word &<< 8 | UInt64(self[offset + index])
    }
    return word
  }
}
