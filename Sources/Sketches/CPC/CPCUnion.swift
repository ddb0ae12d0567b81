/// Merges sketches into the one that would have seen all their items.
///
/// In coupons this is an OR of matrices: it can be repeated, reordered and regrouped. Sketches of
/// different lg_k fold down to the smallest of them.
///
/// Memory: while all that came is sparse, its coupons; from then on eight bytes a row, 32 kB at lg_k 12
/// and 16 MB at lg_k 21.
public struct CPCUnion: Sendable {
  /// Of the result; it falls with the first smaller sketch that is not empty.
  public private(set) var lgK: Int
  public let seed: UInt64
  /// Coupons one by one, while they are few.
  private var coupons: CouponSet
  /// A word a row, once they are not; then there are no `coupons`.
  private var matrix: [UInt64] = []

  /// Makes a union of nothing, of which the result has at most `lgK`.
  public init(lgK: Int, seed: UInt64 = CPCSketch.defaultSeed) throws(SketchError) {
    _ = try CPCSketch(lgK: lgK, seed: seed)
    self.lgK = lgK
    self.seed = seed
    coupons = CouponSet(lgK: lgK)
  }

  /// Adds everything a sketch has seen.
  public mutating func merge(_ sketch: CPCSketch) throws(SketchError) {
    guard sketch.seed == seed else {
      throw .differentSeed(
        expectedHash: CPCSketch.hash(ofSeed: seed), foundHash: CPCSketch.hash(ofSeed: sketch.seed))
    }
    guard !sketch.isEmpty else { return }
    if sketch.lgK < lgK { fold(to: sketch.lgK) }
    if matrix.isEmpty && !sketch.hasWindow {
      insert(sketch.surprises, lgK: sketch.lgK)
    } else {
      openMatrix()
      sketch.spread(into: &matrix, lgK: lgK)
    }
  }

  /// A sketch of everything that came.
  public var result: CPCSketch {
    guard matrix.isEmpty else { return CPCSketch(merged: matrix, lgK: lgK, seed: seed) }
    var sketch = CPCSketch(validLgK: lgK, validSeed: seed)
    sketch.surprises = coupons
    sketch.couponCount = coupons.count
    sketch.isMerged = coupons.count > 0
    return sketch
  }

  private mutating func insert(_ others: CouponSet, lgK higher: Int) {
    if higher > lgK {
      let mask = UInt32(truncatingIfNeeded: (64 << lgK) - 1)
      coupons.insert(others.filter().map { $0 & mask })
    } else if coupons.count == 0 {
      coupons = others
    } else {
      coupons.insert(others.filter())
    }
    if coupons.count >= Flavor.couponCountForWindow(lgK: lgK) { openMatrix() }
  }

  private mutating func openMatrix() {
    guard matrix.isEmpty else { return }
    matrix = [UInt64](repeating: 0, count: 1 << lgK)
    for coupon in coupons.slots where coupon != CouponSet.free { matrix.set(coupon) }
    coupons = CouponSet(lgK: lgK)
  }

  /// A row goes to the row that has its low bits.
  private mutating func fold(to lower: Int) {
    let higher = lgK
    lgK = lower
    if matrix.isEmpty {
      let larger = coupons
      coupons = CouponSet(lgK: lgK)
      insert(larger, lgK: higher)
    } else {
      let larger = matrix
      matrix = Array(larger[..<(1 << lgK)])
      for row in matrix.count..<larger.count { matrix[row & (matrix.count - 1)] |= larger[row] }
    }
  }
}

extension CPCSketch {
  /// The sketch of a matrix that is not sparse.
  fileprivate init(merged matrix: [UInt64], lgK: Int, seed: UInt64) {
    self.init(validLgK: lgK, validSeed: seed)
    isMerged = true
    couponCount = matrix.bitCount
    windowOffset = Flavor.windowOffset(couponCount: couponCount, lgK: lgK)
    couponCountOfNextTurn = Flavor.couponCountToMove(from: windowOffset, lgK: lgK)
    let offset = UInt64(windowOffset)
    let expected: UInt64 = 1 &<< offset &- 1
    let outside = ~(0xFF &<< offset)
    var differing: UInt64 = 0
    var coupons: [UInt32] = []
    window = matrix.map { UInt8(truncatingIfNeeded: $0 &>> offset) }
    for row in matrix.indices {
      var surprise = (matrix[row] ^ expected) & outside
      differing |= surprise
      while surprise != 0 {
        let column = UInt32(truncatingIfNeeded: surprise.trailingZeroBitCount)
        coupons.append(UInt32(truncatingIfNeeded: row) &<< 6 | column)
        surprise &= surprise &- 1
      }
    }
    surprises.insert(coupons)
    firstInterestingColumn = min(windowOffset, differing.trailingZeroBitCount)
  }

  /// Sets in a matrix of at most as many rows what the sketch has set.
  fileprivate func spread(into matrix: inout [UInt64], lgK: Int) {
    let mask = UInt32(truncatingIfNeeded: (64 << lgK) - 1)
    guard hasWindow else {
      for coupon in surprises.slots where coupon != CouponSet.free { matrix.set(coupon & mask) }
      return
    }
    // Zeros before the window are the exception: they are set along with the rows and put back.
    let zeros = zerosBeforeWindow(foldedTo: lgK).filter { !matrix.isSet($0) }
    let (offset, expected) = (UInt64(windowOffset), (1 as UInt64) &<< UInt64(windowOffset) &- 1)
    for start in stride(from: 0, to: window.count, by: matrix.count) {
      for row in matrix.indices {
        matrix[row] |= expected | UInt64(window[start &+ row]) &<< offset
      }
    }
    for zero in zeros { matrix[Int(zero &>> 6)] &= ~(1 &<< UInt64(zero & 63)) }
    for coupon in surprises.slots where coupon != CouponSet.free && coupon & 63 > windowOffset {
      matrix.set(coupon & mask)
    }
  }

  /// Where, before the window, no row that folds to the same one has a bit.
  private func zerosBeforeWindow(foldedTo lower: Int) -> [UInt32] {
    let mask = UInt32(truncatingIfNeeded: (64 << lower) - 1)
    var zeros = surprises.filter { $0 & 63 < windowOffset }
    guard lower < lgK else { return zeros }
    for index in zeros.indices { zeros[index] &= mask }
    sortCoupons(&zeros, bitCount: 6 + lower)
    // They are zero in all rows of a group that come as often as it has rows.
    let rowCount = 1 << (lgK - lower)
    return zeros.indices.filter { index in
      let last = index + rowCount - 1
      return last < zeros.count && zeros[index] == zeros[last]
        && (index == 0 || zeros[index - 1] != zeros[index])
    }.map { zeros[$0] }
  }
}

extension [UInt64] {
  fileprivate mutating func set(_ coupon: UInt32) {
    self[Int(coupon &>> 6)] |= 1 &<< UInt64(coupon & 63)
  }

  /// How many bits are set, of an even number of words. Many machines that Swift is compiled for cannot
  /// count bits by themselves: they are added up in pairs of bits, in fours, and in bytes.
  fileprivate var bitCount: Int {
    let (bits, pairs, fours) = (word(0x55), word(0x33), word(0x0F))
    var (total, position) = (0, 0)
    while position < count {
      // Each of the sixteen bytes of the sum stays below 256.
      let end = Swift.min(count, position + 2 * 31)
      var sums = SIMD2<UInt64>()
      while position < end {
        var words = SIMD2(self[position], self[position &+ 1])
        words &-= words &>> 1 & bits
        words = (words & pairs) &+ (words &>> 2 & pairs)
        sums &+= (words &+ words &>> 4) & fours
        position &+= 2
      }
      for byte in 0..<8 {
        let shifted = sums &>> UInt64(8 * byte) & 0xFF
        total += Int(shifted[0] + shifted[1])
      }
    }
    return total
  }

  /// Sixteen times the same byte.
  private func word(_ byte: UInt64) -> SIMD2<UInt64> {
    SIMD2(repeating: byte &* 0x0101_0101_0101_0101)
  }

  fileprivate func isSet(_ coupon: UInt32) -> Bool {
    self[Int(coupon &>> 6)] & 1 &<< UInt64(coupon & 63) != 0
  }
}
