/// What Redis holds of one image, one metric and one day: its day hash, and its live counter where that
/// is booked into this day.
public struct HeldCount: Hashable, Sendable {
  public let code: Code
  public let metric: Metric
  /// Which life of Redis counted it; nil where it has no name yet, and so cannot be archived either.
  public let lineage: Lineage?
  public let hours: [HourValue]
  /// What the live counter holds, and the hour that a rollover would book it under now.
  public let live: HourValue?

  public init(
    code: Code, metric: Metric, lineage: Lineage?, hours: [HourValue],
    live: HourValue? = nil
  ) {
    self.code = code
    self.metric = metric
    self.lineage = lineage
    self.hours = hours
    self.live = live
  }

  /// What MySQL lacks of it, hour by hour: what it would gain if a rollover and an archive ran now.
  ///
  /// An hour counts with the larger of the two, as merging would leave it. Where MySQL is ahead of the
  /// hash, that was live when Redis was read and moved meanwhile: it is taken off the live counter, so
  /// that nothing is counted twice.
  ///
  /// - Parameter archived: what MySQL holds of the same image, metric, day and life of Redis, by hour.
  public func lacking(in archived: [Int: UInt64]) -> [HourValue] {
    var lacking: [HourValue] = []
    var ahead: UInt64 = 0
    var rest = archived
    for value in hours {
      let held = rest.removeValue(forKey: value.hour) ?? 0
      if value.count > held {
        lacking.append(HourValue(hour: value.hour, count: value.count - held))
      } else {
        ahead = ahead.addingClamped(held - value.count)
      }
    }
    for count in rest.values { ahead = ahead.addingClamped(count) }
    if let live, live.count > ahead {
      lacking.append(HourValue(hour: live.hour, count: live.count - ahead))
    }
    return lacking
  }
}

extension UInt64 {
  fileprivate func addingClamped(_ other: UInt64) -> UInt64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}
