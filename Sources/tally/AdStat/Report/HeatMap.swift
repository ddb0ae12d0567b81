import Rules

/// The hours of the week, the more of something the stronger. Shows are drawn from zero on; rates lie so
/// near to each other that they are drawn from the lowest on.
struct HeatMap: CustomStringConvertible {
  static let weekdays = [
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
  ]

  private static let (left, top, cellWidth, cellHeight) = (44, 24, 18, 18)

  private let week: [[AdTotals]]
  /// Shows, or the rate.
  private let measure: ReportMeasure
  private let title: String

  init(_ week: [[AdTotals]], _ measure: ReportMeasure, title: String) {
    self.week = week
    self.measure = measure
    self.title = title
  }

  var description: String {
    let (width, height) = (
      HeatMap.left + 24 * HeatMap.cellWidth + 4, HeatMap.top + 7 * HeatMap.cellHeight + 4
    )
    let values = week.joined().map(value).filter { $0 > 0 }
    let end = values.max() ?? 0
    let start = measure == .ctr ? values.min() ?? 0 : 0
    let head = """
      <svg class="heat" viewBox="0 0 \(width) \(height)" role="img" aria-label="\(markup(title))">
      """
    let hours = stride(from: 0, to: 24, by: 3).map { hour in
      """
      <text class="when" x="\(HeatMap.left + hour * HeatMap.cellWidth + HeatMap.cellWidth / 2)" \
      y="\(HeatMap.top - 8)">\(hour)</text>
      """
    }
    let rows = week.indices.map { weekday in
      let y = HeatMap.top + weekday * HeatMap.cellHeight
      let name = """
        <text class="tick" x="\(HeatMap.left - 8)" y="\(y + 13)">\
        \(HeatMap.weekdays[weekday].prefix(3))</text>
        """
      return name + (0..<24).map { cell(weekday, $0, start, end) }.joined()
    }
    return ([head, hours.joined()] + rows + ["</svg>"]).joined(separator: "\n")
  }

  private func value(_ totals: AdTotals) -> Double {
    switch measure {
    case .shows: Double(totals.shows)
    case .clicks: Double(totals.clicks)
    case .ctr: totals.rate?.value ?? 0
    }
  }

  private func cell(_ weekday: Int, _ hour: Int, _ start: Double, _ end: Double) -> String {
    let totals = week[weekday][hour]
    let share = end > start ? (value(totals) - start) / (end - start) : 1
    let (name, strength) =
      value(totals) > 0
      ? (measure.rawValue, #" style="fill-opacity:\#((12 + 88 * share).rounded() / 100)""#)
      : ("none", "")
    return """
      <rect class="cell \(name)" x="\(HeatMap.left + hour * HeatMap.cellWidth + 1)" \
      y="\(HeatMap.top + weekday * HeatMap.cellHeight + 1)" width="\(HeatMap.cellWidth - 2)" \
      height="\(HeatMap.cellHeight - 2)" rx="3" \
      data-key="\(HeatMap.weekdays[weekday]) \(ReportColumns.clock(hour))" \
      \(totals.dataAttributes)\(strength)>\
      <title>\(HeatMap.weekdays[weekday]) \(ReportColumns.clock(hour)): \(totals.sentence)</title>\
      </rect>
      """
  }
}
