/// What stands in a sketch's image before the streams.
///
///     byte 0  its own length in 32-bit words
///     byte 1  version, 1        byte 2  family, 16
///     byte 3  lg_k              byte 4  first interesting column
///     byte 5  flags             byte 6  seed hash, 16 bits
///
/// Then 32-bit words, and two doubles: the number of coupons; with window and pairs, the number of
/// pairs, else the words of the one stream; the open probability and the running estimate, where the
/// sketch is not merged; with window and pairs, the words of the pairs' and of the window's stream.
/// The window's stream comes first. An empty sketch has the first eight bytes alone.
struct ImageHeader {
  static let byteCount = 8
  static let version: UInt8 = 1
  static let family: UInt8 = 16

  let lgK: Int
  let firstInterestingColumn: Int
  let flags: UInt8
  private(set) var couponCount = 0
  private(set) var pairCount = 0
  private(set) var openProbability = 0.0
  private(set) var runningEstimate = 0.0
  /// Where the streams stand.
  private(set) var windowPart = 0..<0
  private(set) var pairPart = 0..<0

  /// Bit 0 would be big-endian; bit 1, compressed, is always set.
  enum Flag {
    static let compressed: UInt8 = 1 << 1
    static let estimate: UInt8 = 1 << 2
    static let pairs: UInt8 = 1 << 3
    static let window: UInt8 = 1 << 4
    static let all = compressed | estimate | pairs | window
  }

  var hasEstimate: Bool { flags & Flag.estimate != 0 }
  var hasPairs: Bool { flags & Flag.pairs != 0 }
  var hasWindow: Bool { flags & Flag.window != 0 }

  static func preambleByteCount(flags: UInt8) -> Int {
    switch flags & (Flag.pairs | Flag.window) {
    case 0: byteCount
    case Flag.pairs | Flag.window: 24 + (flags & Flag.estimate != 0 ? 16 : 0)
    default: 16 + (flags & Flag.estimate != 0 ? 16 : 0)
    }
  }

  /// Reads a header, and finds it in order with the number of the bytes.
  init(reading bytes: [UInt8], seed: UInt64) throws(SketchError) {
    guard bytes.count >= ImageHeader.byteCount else {
      throw .wrongLength(expected: ImageHeader.byteCount, found: bytes.count)
    }
    guard bytes[1] == ImageHeader.version, bytes[2] == ImageHeader.family else {
      throw .unknownFormat
    }
    (lgK, firstInterestingColumn, flags) = (Int(bytes[3]), Int(bytes[4]), bytes[5])
    guard (4...26).contains(lgK) else { throw .unusableLgK(lgK) }
    guard flags & Flag.compressed != 0, flags & ~Flag.all == 0 else { throw .contradiction(.flags) }
    let expected = CPCSketch.hash(ofSeed: seed)
    let found = UInt16(bytes[6]) | UInt16(bytes[7]) << 8
    guard found == expected else { throw .differentSeed(expectedHash: expected, foundHash: found) }
    let preamble = ImageHeader.preambleByteCount(flags: flags)
    guard Int(bytes[0]) * 4 == preamble else { throw .contradiction(.preambleLength) }
    guard bytes.count >= preamble else {
      throw .wrongLength(expected: preamble, found: bytes.count)
    }
    let wordCount = readFields(bytes, preamble: preamble)
    let length = preamble + 4 * wordCount
    guard bytes.count == length else { throw .wrongLength(expected: length, found: bytes.count) }
    try verify()
  }

  /// Returns how many words follow.
  private mutating func readFields(_ bytes: [UInt8], preamble: Int) -> Int {
    guard hasPairs || hasWindow else { return 0 }
    couponCount = bytes.word32(at: 8)
    if hasEstimate {
      openProbability = bytes.double(at: 16)
      runningEstimate = bytes.double(at: 24)
    }
    let isBoth = hasPairs && hasWindow
    let onlyStream = bytes.word32(at: 12)
    let pairWords = isBoth ? bytes.word32(at: preamble - 8) : hasPairs ? onlyStream : 0
    let windowWords = isBoth ? bytes.word32(at: preamble - 4) : hasWindow ? onlyStream : 0
    pairCount = isBoth ? onlyStream : hasPairs ? couponCount : 0
    windowPart = preamble..<preamble + 4 * windowWords
    pairPart = windowPart.upperBound..<windowPart.upperBound + 4 * pairWords
    return pairWords + windowWords
  }

  private func verify() throws(SketchError) {
    guard couponCount <= 64 << lgK, couponCount > 0 || !hasPairs && !hasWindow else {
      throw .contradiction(.couponCount)
    }
    switch Flavor(couponCount: couponCount, lgK: lgK) {
    case .empty:
      guard firstInterestingColumn == 0 else { throw .contradiction(.firstInterestingColumn) }
    case .sparse, .hybrid:
      guard hasPairs, !hasWindow else { throw .contradiction(.flags) }
    case .pinned, .sliding:
      guard hasWindow else { throw .contradiction(.flags) }
      guard pairCount > 0 || !hasPairs else { throw .contradiction(.pairCount) }
    }
  }
}

extension [UInt8] {
  mutating func append(littleEndian word: UInt32) {
    for shift in stride(from: UInt32(0), to: 32, by: 8) {
      append(UInt8(truncatingIfNeeded: word >> shift))
    }
  }

  mutating func append(littleEndian number: Double) {
    append(littleEndian: UInt32(truncatingIfNeeded: number.bitPattern))
    append(littleEndian: UInt32(truncatingIfNeeded: number.bitPattern >> 32))
  }

  func word32(at offset: Int) -> Int { Int(span.word(at: offset, byteCount: 4)) }

  func double(at offset: Int) -> Double { Double(bitPattern: span.word(at: offset)) }
}
