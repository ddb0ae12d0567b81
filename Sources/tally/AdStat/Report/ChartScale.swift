/// The axis of a chart: from 0 to a round number that is no less than the largest value.
struct ChartScale {
  /// Lines of the grid, from 0 to the end of the axis.
  let ticks: [Double]
  let end: Double

  /// `step` is the least distance between two lines: 1 where only whole numbers are counted.
  init(largest: Double, stepMin: Double) {
    let rough = max(largest / 3, stepMin)
    var unit = 1.0
    while unit * 10 <= rough { unit *= 10 }
    while unit > rough { unit /= 10 }
    let step = [1, 2, 5, 10].map { $0 * unit }.first { $0 >= rough * 0.999_999 } ?? 10 * unit
    var ticks = [0.0]
    while ticks[ticks.count - 1] < largest, ticks.count < 12 {
      ticks.append(Double(ticks.count) * step)
    }
    if ticks.count == 1 { ticks.append(step) }
    self.ticks = ticks
    end = ticks[ticks.count - 1]
  }

  /// Where a value lies: 0 at the beginning of the axis, 1 at its end.
  func place(_ value: Double) -> Double { min(1, max(0, value / end)) }
}

/// A coordinate with one digit behind the point, which is finer than a screen.
func coordinate(_ value: Double) -> String {
  let tenths = Int((value * 10).rounded())
  return tenths % 10 == 0 ? "\(tenths / 10)" : "\(Double(tenths) / 10)"
}

/// `1.2k`, `35M`: for the axis, where there is little room. Exact numbers stand elsewhere.
func shortened(_ value: Double) -> String {
  for (limit, sign) in [(1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")]
  where value >= limit {
    return coordinate(value / limit) + sign
  }
  return coordinate(value)
}

/// `2.5 %`
func percentage(_ value: Double) -> String {
  let thousandths = Int((value * 100_000).rounded())
  let isWhole = thousandths % 1000 == 0
  return (isWhole ? "\(thousandths / 1000)" : "\(Double(thousandths) / 1000)") + " %"
}
