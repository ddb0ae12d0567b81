import Jobs
import Rules

/// A report as one HTML page: charts, and tables with the same numbers.
///
/// It needs nothing else, and by its policy could load nothing else: no script, no font, no picture from
/// anywhere. Light or dark as its reader's system is.
struct ReportPage {
  private let view: ReportView
  private let series: TimeSeries
  private let week: [[AdTotals]]

  init(_ view: ReportView) {
    self.view = view
    series = TimeSeries(view.report)
    week = TimeSeries.week(view.report)
  }

  private var report: AdReport { view.report }

  func write(to put: (String) throws -> Void) throws {
    try put(head)
    try put(tiles)
    if !report.rows.isEmpty {
      if !report.grouping.isTime { try put(bars) }
      try put(overTime)
    }
    if !report.rows.isEmpty { try put(hoursOfTheWeek) }
    try writeRows(to: put)
    try put(foot)
  }

  private var head: String {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
    <title>\(markup(view.title))</title>
    <style>
    \(ReportStyle.sheet)
    </style>
    </head>
    <body>
    <header>
    <h1>Shows and clicks by \(report.grouping.rawValue)</h1>
    <p>\(markup(([view.period] + view.selection + [view.zone]).joined(separator: " · ")))</p>
    </header>
    <main>

    """
  }

  private var tiles: String {
    var tiles = ReportMeasure.allCases.map { measure in
      #"<li class="tile \#(measure.rawValue)">\#(measure.title) "#
        + "<strong>\(measure.words(report.total))</strong></li>\n"
    }
    if report.hasViewers {
      tiles.append(
        #"<li class="tile">unique <strong>"#
          + "\(ViewerMeasure.unique.words(report.viewers))</strong></li>\n")
    }
    let note =
      view.unfinishedNote.map { #"<p class="note">\#(markup(sentence($0)))</p>"# + "\n" } ?? ""
    return "<ul class=\"tiles\">\n\(tiles.joined())</ul>\n\(note)"
  }

  private var bars: String {
    let shown = min(report.rows.count, BarChart.rowsMax)
    let what = report.grouping == .code ? "Images" : "Groups"
    let caption =
      shown < report.rows.count
      ? "The first \(shown) rows of the table below." : "As in the table below."
    let chart = BarChart(report, title: "\(what): shows, clicks and CTR. \(caption)")
    return section("bars", what, figure("\(chart)", caption))
  }

  private var overTime: String {
    let title = "Shows, clicks and CTR by \(series.grouping.rawValue), \(view.period)"
    let isInTheRows = series.grouping == report.grouping
    let caption = isInTheRows ? "As in the table below." : "By \(series.grouping.rawValue)."
    let chart = figure("\(TimeChart(series, title: title))", caption)
    let numbers =
      isInTheRows && report.order.isPlain
      ? ""
      : details(
        [series.grouping.rawValue], series.points.map { ([$0.key.label], $0.totals) })
    return section("time", "Over time", chart + numbers)
  }

  private var hoursOfTheWeek: String {
    let maps = [ReportMeasure.shows, .ctr].map { measure in
      let title = "\(sentence(measure.title)) by weekday and hour"
      let caption = "\(sentence(measure.title)): the stronger the colour, the more."
      return figure("\(HeatMap(week, measure, title: title))", caption)
    }
    let numbers = week.enumerated().flatMap { weekday, hours in
      hours.enumerated().map { hour, totals in
        ([HeatMap.weekdays[weekday], ReportColumns.clock(hour)], totals)
      }
    }
    return section(
      "week", "Hours of the week",
      "<div class=\"pair\">\n\(maps.joined())</div>\n"
        + details(["weekday", "hour"], numbers))
  }

  /// The table of the rows, written row by row.
  private func writeRows(to put: (String) throws -> Void) throws {
    let names = ReportColumns.names(of: report.grouping)
    try put(
      """
      <section aria-labelledby="rows">
      <h2 id="rows">Numbers</h2>
      <div class="scroll" role="region" aria-labelledby="rows" tabindex="0">
      <table>
      <thead>\(headRow(names, view.viewerMeasures))</thead>
      <tbody>

      """)
    for item in report.rows {
      try put(
        row(
          ReportColumns.texts(of: item, in: report.days), item.totals, numbers(item.viewers),
          isOpen: item.isUnfinished && report.grouping.isTime) + "\n")
    }
    let notes = [view.cutNote, view.viewerNote].compactMap { $0 }
      .map { "<p class=\"note\">\(markup(sentence($0)))</p>\n" }
    let total = row(
      ["total"] + names.dropFirst().map { _ in "" }, report.total, numbers(report.viewers))
    try put(
      "</tbody>\n<tfoot>\(total)</tfoot>\n</table>\n</div>\n\(notes.joined())</section>\n")
  }

  private var foot: String {
    """
    </main>
    <footer>
    <p>Made by tally \(markup(tallyVersion)). CTR is clicks for each show; – where nothing was shown.</p>
    </footer>
    </body>
    </html>

    """
  }

  // MARK: Pieces

  private func section(_ id: String, _ title: String, _ content: String) -> String {
    """
    <section aria-labelledby="\(id)">
    <h2 id="\(id)">\(markup(title))</h2>
    \(content)</section>

    """
  }

  private func figure(_ chart: String, _ caption: String) -> String {
    """
    <figure>
    <div class="chart">\(chart)</div>
    <figcaption>\(markup(caption))</figcaption>
    </figure>

    """
  }

  private func details(_ names: [String], _ rows: [([String], AdTotals)]) -> String {
    """
    <details>
    <summary>The numbers of this chart</summary>
    <div class="scroll">
    <table>
    <thead>\(headRow(names))</thead>
    <tbody>
    \(rows.map { row($0, $1) }.joined(separator: "\n"))
    </tbody>
    </table>
    </div>
    </details>

    """
  }

  private func headRow(_ names: [String], _ more: [ViewerMeasure] = []) -> String {
    let labels = names.map { #"<th scope="col">\#($0)</th>"# }
    let measures = (ReportMeasure.allCases.map(\.title) + more.map(\.title)).map {
      #"<th scope="col" class="number">\#($0)</th>"#
    }
    return "<tr>\((labels + measures).joined())</tr>"
  }

  private func numbers(_ viewers: ViewerCount?) -> [String] {
    view.viewerMeasures.map { $0.words(viewers) }
  }

  /// The first label heads the row.
  private func row(
    _ labels: [String], _ totals: AdTotals, _ more: [String] = [], isOpen: Bool = false
  ) -> String {
    let cells = labels.enumerated().map { index, label in
      let mark = isOpen && index == 0 ? #" <span title="not finished">*</span>"# : ""
      return index == 0
        ? #"<th scope="row">\#(markup(label))\#(mark)</th>"# : "<td>\(markup(label))</td>"
    }
    let numbers = (ReportMeasure.allCases.map { $0.words(totals) } + more).map {
      #"<td class="number">\#($0)</td>"#
    }
    return "<tr>\((cells + numbers).joined())</tr>"
  }

  private func sentence(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }
}
