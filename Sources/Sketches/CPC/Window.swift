extension CPCSketch {
  /// Replaces a list of coupons by a window over the first columns, and what does not fit into it.
  mutating func openWindow() { openWindow(over: surprises.filter()) }

  /// The same, where these are all coupons.
  mutating func openWindow(over coupons: [UInt32]) {
    surprises = CouponSet(lgK: lgK)
    window = [UInt8](repeating: 0, count: 1 << lgK)
    spread(coupons)
    couponCountOfNextTurn = Flavor.couponCountToMove(from: 0, lgK: lgK)
  }

  /// Puts coupons into a fresh window over the first columns, or behind it.
  mutating func spread(_ coupons: [UInt32]) {
    for coupon in coupons where coupon & 63 < 8 {
      window[Int(coupon &>> 6)] |= 1 &<< UInt8(coupon & 63)
    }
    surprises.insert(coupons.filter { $0 & 63 >= 8 })
  }

  /// Moves the window by one column: of the column that it leaves, zeros become surprises; of the one
  /// that it comes to, ones cease to be.
  mutating func moveWindow() {
    let (left, entered) = (UInt32(windowOffset), UInt32(windowOffset + 8))
    var moved = surprises.filter { $0 & 63 != entered }
    let fitting = surprises.filter { $0 & 63 == entered }
    for row in window.indices {
      let byte = window[row]
      window[row] = byte &>> 1
      if byte & 1 == 0 { moved.append(UInt32(truncatingIfNeeded: row) &<< 6 | left) }
    }
    for coupon in fitting { window[Int(coupon &>> 6)] |= 0x80 }
    surprises = CouponSet(lgK: lgK)
    surprises.insert(moved)
    windowOffset += 1
    firstInterestingColumn = moved.reduce(windowOffset) { min($0, Int($1 & 63)) }
    couponCountOfNextTurn = Flavor.couponCountToMove(from: windowOffset, lgK: lgK)
    if windowOffset % 8 == 0 {
      openProbability = exactOpenProbability(columnCounts: columnCounts(surprises: moved))
    }
  }

  /// The open probability without the rounding errors of many subtractions. Eight columns at a time
  /// are added exactly, and these sums from the last to the first, as Apache DataSketches (C++) does:
  /// the last bits of the estimate depend on it.
  func exactOpenProbability(columnCounts ones: [Int]) -> Double {
    var total = 0.0
    for byte in (0..<8).reversed() {
      var sum = 0.0
      for column in 8 * byte..<8 * byte + 8 {
        sum += Double((1 << lgK) - ones[column]) * CPCSketch.probability(ofColumn: column)
      }
      total += sum
    }
    return total
  }

  /// How many bits of each column are set, with a window and these surprises.
  func columnCounts(surprises: [UInt32]) -> [Int] {
    var counts = CPCSketch.columnCounts(of: surprises)
    for column in 0..<windowOffset { counts[column] = 1 << lgK - counts[column] }
    for bit in 0..<8 { counts[windowOffset + bit] = window.count(ofBit: UInt64(bit)) }
    return counts
  }

  /// How many coupons there are of each column. Half of all may be of one: four counters take turns, so
  /// that none has to wait for itself.
  static func columnCounts(of coupons: [UInt32]) -> [Int] {
    var counts = [UInt32](repeating: 0, count: 4 * 64)
    for index in coupons.indices { counts[(index & 3) &<< 6 | Int(coupons[index] & 63)] &+= 1 }
    return (0..<64).map { column in
      (0..<4).reduce(0) { $0 + Int(counts[$1 << 6 | column]) }
    }
  }
}

extension [UInt8] {
  /// In how many bytes a bit is set, sixteen bytes at once; the bytes are a multiple of sixteen.
  fileprivate func count(ofBit bit: UInt64) -> Int {
    let ones = SIMD2<UInt64>(repeating: 0x0101_0101_0101_0101)
    var (total, position) = (0, 0)
    while position < count {
      // Each of the sixteen sums stays below 256.
      let end = Swift.min(count, position + 16 * 255)
      var sums = SIMD2<UInt64>()
      while position < end {
        sums &+= span.words(at: position) &>> bit & ones
        position += 16
      }
      for byte in 0..<8 {
        let shifted = sums &>> UInt64(8 * byte) & 0xFF
        total += Int(shifted[0] + shifted[1])
      }
    }
    return total
  }
}
