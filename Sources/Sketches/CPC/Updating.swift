extension CPCSketch {
  /// Adds an item; true where the sketch changed by it. Nothing is no item.
  @discardableResult
  public mutating func update(bytes item: Span<UInt8>) -> Bool {
    guard !item.isEmpty else { return false }
    return add(MurmurHash3(of: item, seed: seed))
  }

  /// Adds an item; true where the sketch changed by it. Nothing is no item.
  @discardableResult
  public mutating func update(bytes item: [UInt8]) -> Bool { update(bytes: item.span) }

  /// Adds the UTF-8 bytes of a text.
  @discardableResult
  public mutating func update(_ item: String) -> Bool { update(bytes: item.utf8Span.span) }

  /// Adds an integer as its eight bytes, little-endian.
  @discardableResult
  public mutating func update(_ item: Int64) -> Bool {
    add(MurmurHash3(of: UInt64(bitPattern: item), seed: seed))
  }

  /// Adds a number as its eight bytes, little-endian: both zeros are one, and all NaN.
  @discardableResult
  public mutating func update(_ item: Double) -> Bool {
    let bits = item == 0 ? 0 : item.isNaN ? 0x7FF8_0000_0000_0000 : item.bitPattern
    return add(MurmurHash3(of: bits, seed: seed))
  }

  /// Adds every line as an item, without its line feed; empty lines are none. The last line may lack
  /// its line feed. This is the fast way to add many.
  public mutating func update(lines text: Span<UInt8>) {
    if lgK < CPCSketch.lgKOutsideCache {
      updateLineByLine(text)
    } else {
      updateInBlocks(text)
    }
  }

  /// From here on a window lies outside of the fastest memory.
  private static let lgKOutsideCache = 17

  private mutating func updateLineByLine(_ text: borrowing Span<UInt8>) {
    var start = 0
    while start < text.count {
      let end = text.lineEnd(from: start)
      if end > start { _ = add(MurmurHash3(text, from: start, count: end - start, seed: seed)) }
      start = end + 1
    }
  }

  /// Hashing and setting bits take turns, many lines at a time: while many bits are set one after the
  /// other, the memory of several is waited for at once. Twice as fast at lg_k 21.
  private mutating func updateInBlocks(_ text: borrowing Span<UInt8>) {
    var coupons = [UInt32](repeating: 0, count: 512)
    var start = 0
    while start < text.count {
      let count = hash(text, from: &start, to: coupons.mutableSpan)
      add(coupons.span.extracting(0..<count))
    }
  }

  /// Hashes lines until there is no more room for their coupons, and returns how many coupons there are:
  /// items that fall before the first interesting column are left out.
  private func hash(
    _ text: borrowing Span<UInt8>, from start: inout Int, to coupons: consuming MutableSpan<UInt32>
  ) -> Int {
    let (seed, first) = (seed, firstInterestingColumn)
    let mask = (1 as UInt32) &<< UInt32(truncatingIfNeeded: lgK) &- 1
    var position = start
    var count = 0
    while position < text.count, count < coupons.count {
      let end = text.lineEnd(from: position)
      if end > position {
        let hash = MurmurHash3(text, from: position, count: end - position, seed: seed)
        let column = min(63, hash.high.leadingZeroBitCount)
        if column >= first {
          let row = UInt32(truncatingIfNeeded: hash.low) & mask
          coupons[count] = row &<< 6 | UInt32(truncatingIfNeeded: column)
          count &+= 1
        }
      }
      position = end + 1
    }
    start = position
    return count
  }

  /// Sets bits, in this order.
  private mutating func add(_ coupons: borrowing Span<UInt32>) {
    var index = 0
    while index < coupons.count {
      if hasWindow { addToWindow(coupons, from: &index) }
      if index < coupons.count {
        _ = add(coupon: coupons[index])
        index += 1
      }
    }
  }

  /// Sets bits of the window, up to the first one that lies elsewhere or with which the window moves.
  private mutating func addToWindow(_ coupons: borrowing Span<UInt32>, from start: inout Int) {
    let (offset, k) = (UInt32(truncatingIfNeeded: windowOffset), Double(1 &<< lgK))
    let room = couponCountOfNextTurn - 1
    var (count, estimate, open) = (couponCount, runningEstimate, openProbability)
    var window = window.mutableSpan
    var index = start
    while index < coupons.count {
      let coupon = coupons[index]
      let bit = (coupon & 63) &- offset
      guard bit < 8 else { break }
      let row = Int(coupon &>> 6)
      let mask = UInt8(truncatingIfNeeded: 1 as UInt32 &<< bit)
      if window[row] & mask == 0 {
        guard count < room else { break }
        window[row] |= mask
        count &+= 1
        estimate += k / open
        open -= CPCSketch.probability(ofColumn: Int(coupon & 63))
      }
      index &+= 1
    }
    start = index
    couponCount = count
    // Of a merged sketch nobody looks at these.
    (runningEstimate, openProbability) = (estimate, open)
  }

  /// Sets the bit that a hash chooses; false where it was set.
  @inline(__always)
  mutating func add(_ hash: MurmurHash3) -> Bool {
    let column = min(63, hash.high.leadingZeroBitCount)
    if column < firstInterestingColumn { return false }
    let mask = (1 as UInt32) &<< UInt32(truncatingIfNeeded: lgK) &- 1
    let row = UInt32(truncatingIfNeeded: hash.low) & mask
    let bit = column &- windowOffset
    if bit >= 0, bit < 8, hasWindow {
      let mask = UInt8(1) &<< UInt8(truncatingIfNeeded: bit)
      if window[Int(row)] & mask != 0 { return false }
    }
    return add(coupon: row &<< 6 | UInt32(truncatingIfNeeded: column))
  }

  /// Sets a bit; false where it was set.
  @inline(never)
  mutating func add(coupon: UInt32) -> Bool {
    // The number that marks a free slot is given to the row before, at lg_k 26 alone.
    let coupon = coupon == CouponSet.free ? coupon ^ 64 : coupon
    guard set(coupon) else { return false }
    let column = coupon & 63
    couponCount += 1
    if !isMerged {
      runningEstimate += Double(1 &<< lgK) / openProbability
      openProbability -= CPCSketch.probability(ofColumn: Int(column))
    }
    if couponCount >= couponCountOfNextTurn {
      if hasWindow { moveWindow() } else { openWindow() }
    }
    return true
  }

  /// 2^-(column + 1).
  static func probability(ofColumn column: Int) -> Double {
    Double(bitPattern: UInt64(1022 - column) << 52)
  }

  private mutating func set(_ coupon: UInt32) -> Bool {
    guard hasWindow else { return surprises.insert(coupon) }
    let (row, bit) = (Int(coupon &>> 6), Int(coupon & 63) - windowOffset)
    // Before the window a set bit is what one expects, so that the surprise ends.
    if bit < 0 { return surprises.remove(coupon) }
    if bit >= 8 { return surprises.insert(coupon) }
    let mask = UInt8(1) &<< UInt8(bit)
    guard window[row] & mask == 0 else { return false }
    window[row] |= mask
    return true
  }
}

extension Span<UInt8> {
  /// Where the next line feed is, or else the end. Eight bytes at once: of a word in which line feeds
  /// became zero bytes, the lowest bit of the formula is that of the first of them.
  @inline(__always)
  fileprivate func lineEnd(from start: Int) -> Int {
    var position = start
    while position + 8 <= count {
      let bytes = word(at: position) ^ 0x0A0A_0A0A_0A0A_0A0A
      let zeros = (bytes &- 0x0101_0101_0101_0101) & ~bytes & 0x8080_8080_8080_8080
      if zeros != 0 { return position + zeros.trailingZeroBitCount / 8 }
      position += 8
    }
    while position < count, self[position] != 0x0A { position += 1 }
    return position
  }
}
