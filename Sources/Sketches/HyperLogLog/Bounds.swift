extension HyperLogLog {
  /// 1.04 / sqrt(16384), as P. Flajolet and others give it for all numbers of items; for few of them
  /// it is less.
  private static let standardError = 1.04 / 128

  /// There were hardly fewer items than this; `kappa` as for a CPC sketch.
  public func lowerBound(kappa: CPCSketch.Kappa) -> Double {
    let error = Double(kappa.rawValue) * HyperLogLog.standardError
    // Every register that is not zero was set by an item of its own.
    let setCount = registers.count - histogram[0]
    return max(Double(setCount), Double(estimate) / (1 + error))
  }

  /// There were hardly more items than this.
  public func upperBound(kappa: CPCSketch.Kappa) -> Double {
    let error = Double(kappa.rawValue) * HyperLogLog.standardError
    return (Double(estimate) / (1 - error)).rounded(.up)
  }
}
