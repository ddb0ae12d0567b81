extension CPCSketch {
  /// True where merging `other` would add nothing: every coupon of it is here, and none is lost by
  /// folding.
  public func holds(_ other: CPCSketch) throws(SketchError) -> Bool {
    let both = try merged(with: other)
    if other.isEmpty { return true }
    return both.lgK == lgK && both.couponCount == couponCount
  }

  /// The sketch that has seen everything either has.
  ///
  /// Where one of the two has all coupons of the other, it is that one as it is: a union would give up
  /// its account of the items (`isMerged`), and estimate worse. Of two with the same coupons it is the
  /// one with an account.
  public func joined(with other: CPCSketch) throws(SketchError) -> CPCSketch {
    let both = try merged(with: other)
    func isAll(_ one: CPCSketch) -> Bool {
      one.lgK == both.lgK && one.couponCount == both.couponCount
    }
    switch (isAll(self), isAll(other)) {
    case (true, true): return isMerged && !other.isMerged ? other : self
    case (true, false): return self
    case (false, true): return other
    case (false, false): return both
    }
  }

  private func merged(with other: CPCSketch) throws(SketchError) -> CPCSketch {
    // An empty sketch does not fold the other one.
    let lgK =
      switch (isEmpty, other.isEmpty) {
      case (true, true): min(lgK, other.lgK)
      case (true, false): other.lgK
      case (false, _): lgK
      }
    var union = try CPCUnion(lgK: lgK, seed: seed)
    try union.merge(self)
    try union.merge(other)
    return union.result
  }
}
