/// The shows and clicks of one image in one hour, as far as they are known.
///
/// Merge: the larger of each. A count in a day hash only grows while its hash lives, so the larger
/// one is the later one, whichever arrives first.
public struct HourCount: Mergeable {
  public var shows: UInt64
  public var clicks: UInt64

  public init(shows: UInt64 = 0, clicks: UInt64 = 0) {
    self.shows = shows
    self.clicks = clicks
  }

  public func merged(with other: HourCount) -> HourCount {
    HourCount(shows: max(shows, other.shows), clicks: max(clicks, other.clicks))
  }

  public subscript(metric: Metric) -> UInt64 {
    get { metric == .show ? shows : clicks }
    set { if metric == .show { shows = newValue } else { clicks = newValue } }
  }
}
