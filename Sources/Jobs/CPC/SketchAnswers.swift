internal import Sketches

/// How many different items a sketch has seen.
public struct SketchEstimate: Equatable, Sendable {
  public let estimate: Double
  /// With two standard errors to each side: between the two lies the truth in 95 of 100 cases.
  public let lowerBound: Double
  public let upperBound: Double

  /// Of a window that nothing came into.
  static let zero = SketchEstimate(estimate: 0, lowerBound: 0, upperBound: 0)

  init(_ sketch: CPCSketch) {
    self.init(
      estimate: sketch.estimate, lowerBound: sketch.lowerBound(kappa: .two),
      upperBound: sketch.upperBound(kappa: .two))
  }

  init(estimate: Double, lowerBound: Double, upperBound: Double) {
    self.estimate = estimate
    self.lowerBound = lowerBound
    self.upperBound = upperBound
  }
}

/// What an update or a merge did to a sketch.
public struct SketchChange: Equatable, Sendable {
  public let after: SketchEstimate
  /// How much the estimate grew. 0 where no bit was new: all items were seen before, or fell on bits
  /// that others had set.
  public let difference: Double
  /// Whether anything of the sketch is another than before.
  public let isChanged: Bool

  init(from before: CPCSketch?, to after: CPCSketch) {
    self.after = SketchEstimate(after)
    difference = self.after.estimate - (before?.estimate ?? 0)
    isChanged = before.map { $0.couponCount != after.couponCount || $0.lgK != after.lgK } ?? true
  }
}

/// A key that cannot be used for what was asked; it stays as it is.
public struct RefusedKey: Error, Equatable, Sendable, CustomStringConvertible {
  public let key: [UInt8]
  /// Such as `is a list, not a string`.
  public let reason: String

  public var description: String { reason }
}
