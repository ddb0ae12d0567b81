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

  /// Sets the bit that a hash chooses; false where it was set.
  @inline(__always)
  mutating func add(_ hash: MurmurHash3) -> Bool {
    let coupon = hash.coupon(lgK: lgK)
    let (row, column) = (Int(coupon &>> 6), Int(coupon & 63))
    if column < firstInterestingColumn { return false }
    let bit = column &- windowOffset
    if bit >= 0, bit < 8, hasWindow {
      let mask = UInt8(1) &<< UInt8(truncatingIfNeeded: bit)
      if window[row] & mask != 0 { return false }
    }
    return add(coupon: coupon)
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

extension MurmurHash3 {
  /// The bit that an item chooses: its row * 64 + its column.
  @inline(__always)
  func coupon(lgK: Int) -> UInt32 {
    let row = UInt32(truncatingIfNeeded: low) & ((1 as UInt32) &<< UInt32(lgK) &- 1)
    // With the lowest bit set there are at most 63 zeros before the first one.
    return row &<< 6 | UInt32(truncatingIfNeeded: (high | 1).leadingZeroBitCount)
  }
}
