/// Shows and clicks added up, over hours, images and lives of Redis.
///
/// 128 bits, because two lives of Redis may have counted 2^63 each.
public struct AdTotals: Hashable, Sendable {
  public var shows: UInt128
  public var clicks: UInt128

  public init(shows: UInt128 = 0, clicks: UInt128 = 0) {
    self.shows = shows
    self.clicks = clicks
  }

  public static func += (a: inout AdTotals, b: AdTotals) {
    a.shows += b.shows
    a.clicks += b.clicks
  }

  public subscript(metric: Metric) -> UInt128 {
    get { metric == .show ? shows : clicks }
    set { if metric == .show { shows = newValue } else { clicks = newValue } }
  }

  /// Clicks for each show; nil where nothing was shown.
  public var rate: ClickRate? { ClickRate(self) }
}

/// Clicks for each show, compared and written down exactly.
public struct ClickRate: Comparable, Sendable {
  private let shows: UInt128
  private let clicks: UInt128

  fileprivate init?(_ totals: AdTotals) {
    guard totals.shows > 0 else { return nil }
    (shows, clicks) = (totals.shows, totals.clicks)
  }

  public static func == (a: ClickRate, b: ClickRate) -> Bool { !(a < b) && !(b < a) }

  public static func < (a: ClickRate, b: ClickRate) -> Bool {
    let left = a.clicks.multipliedFullWidth(by: b.shows)
    let right = b.clicks.multipliedFullWidth(by: a.shows)
    return (left.high, left.low) < (right.high, right.low)
  }

  /// `0.035294`, rounded to six digits: for programs.
  public var fraction: String { decimal(digits: 6, scale: 1) }

  /// `3.53`, of a hundred shows: for people.
  public var percent: String { decimal(digits: 2, scale: 100) }

  /// For drawing.
  public var value: Double { Double(clicks) / Double(shows) }

  /// Rounded half up, digit by digit as on paper: no step can overflow, for a remainder is less than
  /// `shows`, and that far below 2^120 by what MySQL can hold.
  private func decimal(digits: Int, scale: UInt128) -> String {
    var (whole, rest) = clicks.quotientAndRemainder(dividingBy: shows)
    (whole, rest) = (whole * scale + rest * scale / shows, rest * scale % shows)
    var decimals: UInt128 = 0
    var unit: UInt128 = 1
    for _ in 0..<digits {
      decimals = decimals * 10 + rest * 10 / shows
      rest = rest * 10 % shows
      unit *= 10
    }
    if rest >= shows - rest { decimals += 1 }
    if decimals == unit { (whole, decimals) = (whole + 1, 0) }
    let text = String(decimals)
    return "\(whole)." + String(repeating: "0", count: digits - text.utf8.count) + text
  }
}
