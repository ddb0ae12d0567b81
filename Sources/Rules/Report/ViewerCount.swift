/// About how many different viewers there were, of a day or an image, or of several together.
///
/// It comes from a sketch. Of several days or images it comes from their union and never from a sum:
/// whoever came twice would be counted twice.
public struct ViewerCount: Hashable, Sendable {
  public let estimate: UInt64
  /// Two standard deviations below the estimate and above it: in 95 of 100 cases the truth lies within.
  public let lowerBound: UInt64
  public let upperBound: UInt64

  /// People are whole: the bounds are rounded outwards.
  public init(estimate: Double, lowerBound: Double, upperBound: Double) {
    self.estimate = whole(estimate.rounded())
    self.lowerBound = whole(lowerBound.rounded(.down))
    self.upperBound = whole(upperBound.rounded(.up))
  }
}

private func whole(_ number: Double) -> UInt64 { UInt64(exactly: max(0, number)) ?? .max }
