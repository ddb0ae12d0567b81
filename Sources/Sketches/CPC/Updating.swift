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
    var start = 0
    while start < text.count {
      let end = text.lineEnd(from: start)
      if end > start { _ = add(MurmurHash3(text, from: start, count: end - start, seed: seed)) }
      start = end + 1
    }
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
