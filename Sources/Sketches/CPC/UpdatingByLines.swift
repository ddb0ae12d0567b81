extension CPCSketch {
  /// Adds every line as an item, without its line feed; empty lines are none. The last line may lack
  /// its line feed. This is the fast way to add many.
  ///
  /// Many lines are hashed before their bits are set, so that each of the loops is a short one, and the
  /// memory of many rows is waited for at once.
  public mutating func update(lines text: Span<UInt8>) {
    var coupons = [UInt32](repeating: 0, count: CPCSketch.couponsAtOnce)
    var start = 0
    while start < text.count {
      let hashed = hash(text, from: &start, to: coupons.mutableSpan)
      let left = dropSetBits(coupons.mutableSpan, count: hashed)
      add(coupons.span.extracting(0..<left))
    }
  }

  /// Each may bring another 64 bytes of the window into the fastest memory, which they should not fill.
  private static let couponsAtOnce = 256

  /// Hashes lines until there is no more room for their coupons, and returns how many coupons there are:
  /// items that fall before the first interesting column are left out.
  private func hash(
    _ text: borrowing Span<UInt8>, from start: inout Int, to coupons: consuming MutableSpan<UInt32>
  ) -> Int {
    let (seed, lgK) = (seed, lgK)
    // What is above it has fewer zeros before its first one than there are columns to pass over.
    let highest = UInt64.max &>> UInt64(truncatingIfNeeded: firstInterestingColumn)
    var position = start
    var count = 0
    while count < coupons.count, position < text.count {
      let hash: MurmurHash3
      if let line = ShortLine(text, at: position) {
        position &+= line.count &+ 1
        if line.count == 0 { continue }
        hash = MurmurHash3(line.first, line.second, count: line.count, seed: seed)
      } else {
        let start = position
        position = text.lineEnd(from: start) &+ 1
        let count = position &- start &- 1
        if count == 0 { continue }
        hash = hashOfLongLine(text, from: start, count: count)
      }
      if hash.high <= highest {
        coupons[count] = hash.coupon(lgK: lgK)
        count &+= 1
      }
    }
    start = position
    return count
  }

  /// Kept out of the loop over short lines, which has registers for itself alone.
  @inline(never)
  private func hashOfLongLine(
    _ text: borrowing Span<UInt8>, from start: Int, count: Int
  ) -> MurmurHash3 {
    MurmurHash3(text, from: start, count: count, seed: seed)
  }

  /// Drops the coupons whose bits are set in the window, and returns how many are left.
  ///
  /// Without a branch, so that no look-up in a large window waits for the one before it.
  private func dropSetBits(_ coupons: consuming MutableSpan<UInt32>, count: Int) -> Int {
    guard hasWindow else { return count }
    let offset = UInt32(truncatingIfNeeded: windowOffset)
    let window = window.span
    var left = 0
    for index in 0..<count {
      let coupon = coupons[index]
      // Beside the window this is far more than seven, and no bit of a byte.
      let bit = (coupon & 63) &- offset
      let isSet = UInt32(window[Int(coupon &>> 6)]) >> bit & 1
      coupons[left] = coupon
      left &+= Int(1 &- isSet)
    }
    return left
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
}
