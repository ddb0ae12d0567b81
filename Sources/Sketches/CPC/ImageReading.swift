extension CPCSketch {
  /// Reads a sketch as Apache DataSketches writes it, in C++, Java or Python.
  ///
  /// Every byte counts: what is accepted is what a sketch can have written. Nothing is taken for
  /// granted, and no memory for what is only announced.
  public init(serialized bytes: [UInt8], seed: UInt64 = defaultSeed) throws(SketchError) {
    let header = try ImageHeader(reading: bytes, seed: seed)
    let exact = PhaseRule.exact.phase(couponCount: header.couponCount, lgK: header.lgK)
    let wrapping = PhaseRule.wrapping.phase(couponCount: header.couponCount, lgK: header.lgK)
    do {
      try self.init(header, bytes, phase: exact, seed: seed)
    } catch {
      guard header.hasWindow, wrapping != exact else { throw error }
      do { try self.init(header, bytes, phase: wrapping, seed: seed) } catch _ { throw error }
    }
  }

  private init(
    _ header: ImageHeader, _ bytes: [UInt8], phase: Int, seed: UInt64
  ) throws(SketchError) {
    try self.init(lgK: header.lgK, seed: seed)
    guard header.couponCount > 0 else { return }
    couponCount = header.couponCount
    isMerged = !header.hasEstimate
    firstInterestingColumn = header.firstInterestingColumn
    windowOffset = Flavor.windowOffset(couponCount: couponCount, lgK: lgK)
    guard flavor != .sliding || phase < 16 else { throw .corrupt(.window) }
    var coupons: [UInt32] = []
    if header.hasPairs {
      coupons = try PairCode.read(
        bytes, part: header.pairPart, pairCount: header.pairCount, lgK: lgK)
      if header.hasWindow { try turnIntoCoupons(&coupons, phase: phase) }
    }
    // The last coupon of all is given to the row before: its number marks a free slot.
    guard lgK < 26 || !coupons.contains(CouponSet.free) else { throw .corrupt(.pairs) }
    if header.hasWindow {
      window = try WindowCode.read(bytes, part: header.windowPart, phase: phase, lgK: lgK)
      surprises.insert(coupons)
      couponCountOfNextTurn = Flavor.couponCountToMove(from: windowOffset, lgK: lgK)
    } else if flavor == .hybrid {
      openWindow(over: coupons)
    } else {
      surprises.fill(ascending: coupons)
    }
    try verify(
      header,
      header.hasWindow
        ? columnCounts(surprises: coupons) : CPCSketch.columnCounts(of: coupons))
  }

  /// Of pairs beside a window, which have the number of a column instead of the column.
  private func turnIntoCoupons(_ pairs: inout [UInt32], phase: Int) throws(SketchError) {
    var columns = (8..<64).map { UInt32($0) }
    if flavor == .sliding {
      let offset = UInt32(windowOffset)
      columns = CodeTables.orderedColumns[phase].map { (UInt32($0) + offset + 8) & 63 }
    }
    for index in pairs.indices {
      let number = Int(pairs[index] & 63)
      guard number < columns.count else { throw .corrupt(.pairs) }
      pairs[index] = pairs[index] & ~63 | columns[number]
    }
  }

  /// What the matrix has to agree with.
  private mutating func verify(
    _ header: ImageHeader, _ columnCounts: [Int]
  ) throws(SketchError) {
    guard columnCounts.reduce(0, +) == couponCount else {
      throw .corrupt(hasWindow ? .window : .pairs)
    }
    // Were it too high, items that are new would be taken for old ones.
    let isFull = columnCounts.prefix(firstInterestingColumn).allSatisfy { $0 == 1 << lgK }
    guard firstInterestingColumn <= windowOffset, isFull else {
      throw .contradiction(.firstInterestingColumn)
    }
    guard header.hasEstimate else { return }
    (openProbability, runningEstimate) = (header.openProbability, header.runningEstimate)
    // Rounding errors add up to far less. Each coupon adds at least one to the estimate.
    let exact = exactOpenProbability(columnCounts: columnCounts)
    guard abs(openProbability - exact) <= exact / 1024, runningEstimate.isFinite,
      runningEstimate >= Double(couponCount)
    else { throw .contradiction(.estimate) }
  }
}
