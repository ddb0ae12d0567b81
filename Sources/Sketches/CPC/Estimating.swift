import Glibc

extension CPCSketch {
  /// How many standard errors wide an interval is on each side: with one the truth is inside in about
  /// 68 of 100 cases, with two in 95, with three in 99.7.
  public enum Kappa: Int, CaseIterable, Sendable {
    case one = 1
    case two, three
  }

  /// About how many different items there were.
  ///
  /// A sketch that saw all items itself has kept account (the "historic inverse probability"); one that
  /// came from a merge has to infer the number from its coupons, which is less exact.
  public var estimate: Double {
    isMerged ? CouponInversion.items(couponCount: couponCount, lgK: lgK) : runningEstimate
  }

  /// There were hardly fewer than this.
  public func lowerBound(kappa: Kappa) -> Double {
    guard !isEmpty else { return 0 }
    let error = relativeError(kappa, isMerged ? Confidence.mergedHigh : Confidence.streamHigh)
    return max(Double(couponCount), estimate / (1 + error))
  }

  /// There were hardly more than this.
  public func upperBound(kappa: Kappa) -> Double {
    guard !isEmpty else { return 0 }
    let error = relativeError(kappa, isMerged ? Confidence.mergedLow : Confidence.streamLow)
    return (estimate / (1 - error)).rounded(.up)
  }

  private func relativeError(_ kappa: Kappa, _ table: [[Double]]) -> Double {
    let factor =
      lgK <= 14
      ? table[lgK - 4][kappa.rawValue - 1] / 10000
      : isMerged ? Confidence.mergedLimit : Confidence.streamLimit
    return Double(kappa.rawValue) * (factor / Double(1 << lgK).squareRoot())
  }
}

/// The standard error, relative, times sqrt(k).
///
/// Small sketches err in ways that no formula gives: for lg_k 4 to 14, each with kappa 1 to 3, these
/// are the values of Apache DataSketches 5.2.0 times 10000, read off the bounds that it returns.
private enum Confidence {
  /// sqrt(ln 2 / 2).
  static let streamLimit = 0.588705011257737332
  /// ln 2.
  static let mergedLimit = 0.693147180559945286

  static let streamLow: [[Double]] = [
    [5871, 5247, 4826], [5877, 5403, 5070], [5873, 5533, 5304], [5878, 5632, 5464],
    [5874, 5690, 5564], [5880, 5745, 5619], [5875, 5784, 5701], [5866, 5789, 5742],
    [5869, 5827, 5784], [5876, 5860, 5827], [5881, 5853, 5842],
  ]
  static let streamHigh: [[Double]] = [
    [5855, 6688, 7391], [5886, 6444, 6923], [5885, 6254, 6594], [5889, 6134, 6326],
    [5900, 6072, 6203], [5875, 6005, 6089], [5871, 5980, 6040], [5889, 5941, 6015],
    [5871, 5926, 5973], [5866, 5901, 5915], [5880, 5914, 5953],
  ]
  static let mergedLow: [[Double]] = [
    [6037, 5720, 5328], [6411, 6262, 5682], [6724, 6403, 6127], [6665, 6411, 6208],
    [6959, 6525, 6427], [6892, 6665, 6619], [6792, 6752, 6690], [6899, 6818, 6708],
    [6871, 6845, 6812], [6909, 6861, 6828], [6919, 6897, 6842],
  ]
  static let mergedHigh: [[Double]] = [
    [8031, 8559, 9309], [7084, 7959, 8660], [7141, 7514, 7876], [7458, 7430, 7572],
    [6892, 7141, 7497], [6889, 7132, 7290], [7075, 7118, 7185], [7040, 7047, 7085],
    [6993, 7019, 7053], [6953, 7001, 6983], [6944, 6966, 7004],
  ]
}

/// The number of items after which one expects so many coupons.
enum CouponInversion {
  /// After N items a cell of column c is set with the probability 1 - (1 - p / k)^N, where p is
  /// 2^-(c+1). The sum over all cells only grows with N, and ever more slowly, so that Newton's steps
  /// from below come to the solution and never pass it. It differs from the polynomials of Apache
  /// DataSketches by less than 3e-7; where those give way to an exponential, by the same formula.
  static func items(couponCount: Int, lgK: Int) -> Double {
    guard couponCount > 1 else { return Double(couponCount) }
    let (k, coupons) = (Double(1 << lgK), Double(couponCount))
    if coupons > (lgK < 14 ? 5.7 : 5.6) * k {
      // sqrt(2) / e^(Euler's constant) * k * 2^(C / k)
      return 0.7940236163830469 * k * exp2(coupons / k)
    }
    let decays = (1...64).map { log1p(-exp2(-Double(min($0, 63))) / k) }
    var items = coupons
    while true {
      var (missing, growth) = (coupons, 0.0)
      for decay in decays {
        let set = -expm1(items * decay)
        missing -= k * set
        growth -= k * decay * (1 - set)
      }
      let next = items + missing / growth
      // From here on there is nothing but rounding.
      guard next > items * (1 + 1e-13) else { return items }
      items = next
    }
  }
}
