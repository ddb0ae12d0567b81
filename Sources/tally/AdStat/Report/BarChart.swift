import Jobs
import Rules

/// Images or groups below each other, with a column of bars for shows, one for clicks, and the CTR as a
/// dot on a line: each column has its own axis.
struct BarChart: CustomStringConvertible {
  /// More than this nobody compares at a glance; the table has them all.
  static let rowsMax = 30

  private static let (width, labelWidth, rowHeight, top) = (960.0, 230.0, 26.0, 30.0)
  private static let columnWidth = 150.0
  /// Where the three columns begin; a number stands behind each bar.
  private static let columns = [240.0, 490.0, 740.0]

  private let rows: [ReportRow]
  private let title: String

  init(_ report: AdReport, title: String) {
    rows = Array(report.rows.prefix(BarChart.rowsMax))
    self.title = title
  }

  var description: String {
    let height = BarChart.top + Double(rows.count) * BarChart.rowHeight + 8
    let head = """
      <svg class="bars" viewBox="0 0 \(coordinate(BarChart.width)) \(coordinate(height))" \
      role="img" aria-label="\(markup(title))">
      """
    let titles = zip(BarChart.columns, ReportMeasure.allCases).map { x, measure in
      #"<text class="panel \#(measure.rawValue)" x="\#(coordinate(x))" y="16">"#
        + "\(measure.title)</text>"
    }
    let largest = [
      rows.reduce(0) { max($0, Double($1.totals.shows)) },
      rows.reduce(0) { max($0, Double($1.totals.clicks)) },
      rows.reduce(0) { max($0, $1.totals.rate?.value ?? 0) },
    ]
    return ([head] + titles + rows.indices.map { row($0, largest) } + ["</svg>"])
      .joined(separator: "\n")
  }

  private func row(_ index: Int, _ largest: [Double]) -> String {
    let row = rows[index]
    let y = BarChart.top + Double(index) * BarChart.rowHeight
    let label = markup(row.key.label)
    let values = [
      Double(row.totals.shows), Double(row.totals.clicks), row.totals.rate?.value ?? 0,
    ]
    let marks = ReportMeasure.allCases.indices.map { column in
      mark(
        ReportMeasure.allCases[column], row.totals,
        largest[column] > 0 ? values[column] / largest[column] : 0, at: BarChart.columns[column], y)
    }
    return """
      <g class="slot" data-key="\(label)" \(row.totals.dataAttributes)>\
      <title>\(label): \(row.totals.sentence)</title>\
      <rect class="hit" x="0" y="\(coordinate(y))" width="\(coordinate(BarChart.width))" \
      height="\(coordinate(BarChart.rowHeight))"/>\
      <text class="name" x="\(coordinate(BarChart.labelWidth))" y="\(coordinate(y + 17))">\
      \(markup(BarChart.shortened(row.key.label)))</text>\(marks.joined())</g>
      """
  }

  private func mark(
    _ measure: ReportMeasure, _ totals: AdTotals, _ share: Double, at x: Double, _ y: Double
  ) -> String {
    let length = share * BarChart.columnWidth
    let middle = coordinate(y + BarChart.rowHeight / 2)
    let number = """
      <text class="number" x="\(coordinate(x + length + 8))" y="\(coordinate(y + 17))">\
      \(measure.words(totals))</text>
      """
    switch measure {
    case .shows, .clicks:
      return """
        <rect class="\(measure.rawValue)" x="\(coordinate(x))" y="\(coordinate(y + 5))" \
        width="\((length * 100).rounded() / 100)" \
        height="\(coordinate(BarChart.rowHeight - 10))"/>\(number)
        """
    case .ctr:
      guard totals.rate != nil else { return number }
      return """
        <line class="ctr" x1="\(coordinate(x))" x2="\(coordinate(x + length))" y1="\(middle)" \
        y2="\(middle)"/>\
        <circle class="ctr" cx="\((100 * (x + length)).rounded() / 100)" cy="\(middle)" r="4"/>\
        \(number)
        """
    }
  }

  /// What fits beside a bar, by the columns that a terminal would give it.
  private static func shortened(_ text: String) -> String {
    var (shown, width) = ("", 0)
    for character in text {
      width += columnCount(String(character))
      if width > 28 { return shown + "…" }
      shown.append(character)
    }
    return shown
  }
}
