import Rules

/// Shows and clicks as bars and the CTR as a line, one above the other on one axis of time, each with an
/// axis of its own: clicks are some hundredth of the shows, and on one axis nobody would see them.
struct TimeChart: CustomStringConvertible {
  private static let (width, left, right) = (960.0, 64.0, 12.0)
  private static let panels = [
    Panel(name: "shows", title: "shows", top: 26, height: 150),
    Panel(name: "clicks", title: "clicks", top: 216, height: 90),
    Panel(name: "ctr", title: "CTR", top: 346, height: 90),
  ]
  private static let height = 466.0

  private struct Panel {
    let name: String
    let title: String
    let top: Double
    let height: Double
  }

  private let series: TimeSeries
  private let title: String

  init(_ series: TimeSeries, title: String) {
    self.series = series
    self.title = title
  }

  /// The room of one point.
  private var step: Double {
    (TimeChart.width - TimeChart.left - TimeChart.right) / Double(max(1, series.points.count))
  }

  var description: String {
    let scales = [
      ChartScale(largest: largest { Double($0.shows) }, stepMin: 1),
      ChartScale(largest: largest { Double($0.clicks) }, stepMin: 1),
      ChartScale(largest: largest { $0.rate?.value ?? 0 }, stepMin: 0.0001),
    ]
    let head = """
      <svg class="time" viewBox="0 0 \(coordinate(TimeChart.width)) \
      \(coordinate(TimeChart.height))" role="img" aria-label="\(markup(title))">
      """
    let grids = zip(TimeChart.panels, scales).map { grid($0, $1) }
    let slots = series.points.indices.map { slot($0, scales) }
    return ([head] + grids + slots + [line(scales[2]), labels, "</svg>"])
      .joined(separator: "\n")
  }

  private func largest(_ value: (AdTotals) -> Double) -> Double {
    series.points.reduce(0) { max($0, value($1.totals)) }
  }

  private func grid(_ panel: Panel, _ scale: ChartScale) -> String {
    let lines = scale.ticks.map { tick in
      let y = coordinate(panel.top + panel.height * (1 - scale.place(tick)))
      let text = panel.name == "ctr" ? percentage(tick) : shortened(tick)
      return """
        <line class="grid" x1="\(coordinate(TimeChart.left))" x2="\
        \(coordinate(TimeChart.width - TimeChart.right))" y1="\(y)" y2="\(y)"/>\
        <text class="tick" x="\(coordinate(TimeChart.left - 8))" y="\(y)" dy="4">\(text)</text>
        """
    }
    let y = coordinate(panel.top - 10)
    return #"<text class="panel \#(panel.name)" x="\#(coordinate(TimeChart.left))" y="\#(y)">"#
      + "\(panel.title)</text>" + lines.joined()
  }

  /// What belongs to one point: it says its numbers wherever in its column it is pointed at.
  private func slot(_ index: Int, _ scales: [ChartScale]) -> String {
    let point = series.points[index]
    let x = TimeChart.left + Double(index) * step
    let marks = [
      bar(TimeChart.panels[0], scales[0].place(Double(point.totals.shows)), at: x),
      bar(TimeChart.panels[1], scales[1].place(Double(point.totals.clicks)), at: x),
      dot(point.totals, scales[2], at: x),
    ]
    let note = point.isUnfinished ? " (not finished)" : ""
    let label = markup(point.key.label)
    return """
      <g class="slot\(point.isUnfinished ? " open" : "")" data-key="\(label)" \
      \(point.totals.dataAttributes)>\
      <title>\(label): \(point.totals.sentence)\(note)</title>\
      <rect class="hit" x="\(coordinate(x))" y="16" width="\(coordinate(step))" \
      height="\(coordinate(TimeChart.height - 46))"/>\(marks.joined())</g>
      """
  }

  private func bar(_ panel: Panel, _ share: Double, at x: Double) -> String {
    let width = min(48, max(step * 0.78, min(step, 1)))
    let height = panel.height * share
    return """
      <rect class="\(panel.name)" x="\(fine(x + (step - width) / 2))" \
      y="\(fine(panel.top + panel.height - height))" width="\(fine(width))" \
      height="\(fine(height))"/>
      """
  }

  private func dot(_ totals: AdTotals, _ scale: ChartScale, at x: Double) -> String {
    guard let rate = totals.rate else { return "" }
    let radius = step >= 12 ? "3" : step >= 5 ? "2" : "1"
    return """
      <circle class="ctr" cx="\(fine(x + step / 2))" cy="\(fine(y(of: rate.value, scale)))" \
      r="\(radius)"/>
      """
  }

  /// Broken where nothing was shown.
  private func line(_ scale: ChartScale) -> String {
    var path = ""
    var isDown = false
    for (index, point) in series.points.enumerated() {
      guard let rate = point.totals.rate else {
        isDown = false
        continue
      }
      let x = TimeChart.left + (Double(index) + 0.5) * step
      path += "\(isDown ? "L" : "M")\(fine(x)) \(fine(y(of: rate.value, scale)))"
      isDown = true
    }
    return #"<path class="ctr" d="\#(path)"/>"#
  }

  private func y(of rate: Double, _ scale: ChartScale) -> Double {
    let panel = TimeChart.panels[2]
    return panel.top + panel.height * (1 - scale.place(rate))
  }

  /// As many as do not touch each other.
  private var labels: String {
    let every = max(1, Int((76 / step).rounded(.up)))
    return stride(from: 0, to: series.points.count, by: every).map { index in
      let x = TimeChart.left + (Double(index) + 0.5) * step
      return """
        <text class="when" x="\(coordinate(x))" y="\(coordinate(TimeChart.height - 10))">\
        \(markup(series.points[index].key.axisLabel))</text>
        """
    }.joined()
  }

  /// Two digits: a bar of one click may be that small.
  private func fine(_ value: Double) -> String { "\((value * 100).rounded() / 100)" }
}
