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
    let pairs =
      header.hasPairs
      ? try PairCode.read(bytes, part: header.pairPart, pairCount: header.pairCount, lgK: lgK) : []
    switch flavor {
    case .empty: break
    case .sparse: try fill(with: pairs)
    case .hybrid:
      window = [UInt8](repeating: 0, count: 1 << lgK)
      spread(pairs)
      couponCountOfNextTurn = Flavor.couponCountToMove(from: 0, lgK: lgK)
    case .pinned, .sliding:
      windowOffset = Flavor.windowOffset(couponCount: couponCount, lgK: lgK)
      couponCountOfNextTurn = Flavor.couponCountToMove(from: windowOffset, lgK: lgK)
      window = try WindowCode.read(bytes, part: header.windowPart, phase: phase, lgK: lgK)
      if flavor == .pinned {
        try fill(with: pairs, columns: (0..<56).map { $0 + 8 })
      } else if phase < 16 {
        let order = CodeTables.orderedColumns[phase]
        try fill(with: pairs, columns: order.map { (UInt32($0) + UInt32(windowOffset) + 8) & 63 })
      } else {
        throw .corrupt(.window)
      }
    }
    try verify(header)
  }

  private mutating func fill(with coupons: [UInt32]) throws(SketchError) {
    guard coupons.last != CouponSet.free else { throw .corrupt(.pairs) }
    surprises.insert(coupons)
  }

  /// The same, of pairs that have the number of a column instead of the column.
  private mutating func fill(
    with pairs: [UInt32], columns: [UInt32]
  ) throws(SketchError) {
    var coupons = pairs
    for index in coupons.indices {
      let number = Int(pairs[index] & 63)
      guard number < columns.count else { throw .corrupt(.pairs) }
      coupons[index] = pairs[index] & ~63 | columns[number]
    }
    try fill(with: coupons)
  }

  /// What the matrix has to agree with.
  private mutating func verify(_ header: ImageHeader) throws(SketchError) {
    let columnCounts = columnCounts()
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
