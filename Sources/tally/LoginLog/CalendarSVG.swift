import Rules

/// A year as one SVG file that needs nothing else: light or dark as its reader's system is, and every
/// day says its date and whether there was a login when it is pointed at.
struct CalendarSVG: CustomStringConvertible {
  /// From one square to the next, in pixels.
  private static let step = 14
  private static let left = 40
  private static let top = 58

  private let grid: YearGrid
  private let title: String

  init(_ grid: YearGrid, title: String) {
    self.grid = grid
    self.title = title
  }

  var description: String {
    let width = CalendarSVG.left + grid.weekCount * CalendarSVG.step + 16
    let height = CalendarSVG.top + 7 * CalendarSVG.step + 36
    let heading = markup(title)
    let lines =
      [
        """
        <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(height)" \
        viewBox="0 0 \(width) \(height)" role="img" aria-label="\(heading)">
        """,
        CalendarSVG.style,
        #"<rect class="page" width="\#(width)" height="\#(height)" rx="6"/>"#,
        text("title", 16, 26, title),
      ] + labels + squares + [
        text("note", 16, height - 15, summary(of: grid)), "</svg>",
      ]
    return lines.map { "\($0)\n" }.joined()
  }

  /// Contrasts are those of the contribution graphs that people know.
  private static let style = """
    <style>
    text { font: 10px system-ui, sans-serif; fill: #59636e }
    .title { font-size: 14px; font-weight: 600; fill: #1f2328 }
    .note { font-size: 12px }
    .page { fill: #ffffff }
    .idle { fill: #ebedf0 }
    .login { fill: #30a14e }
    .future { fill: none; stroke: #ebedf0 }
    @media (prefers-color-scheme: dark) {
    text { fill: #9198a1 }
    .title { fill: #f0f6fc }
    .page { fill: #0d1117 }
    .idle { fill: #21262d }
    .login { fill: #39d353 }
    .future { stroke: #21262d }
    }
    </style>
    """

  private var labels: [String] {
    let months = grid.monthStarts.map { week, month in
      text(
        "month", CalendarSVG.left + week * CalendarSVG.step, CalendarSVG.top - 8,
        CalendarText.monthNames[month.month - 1])
    }
    let weekdays = CalendarText.weekdayNames.sorted { $0.key < $1.key }.map { weekday, name in
      text("weekday", 16, CalendarSVG.top + weekday * CalendarSVG.step - 5, name)
    }
    return months + weekdays
  }

  private var squares: [String] {
    (0..<grid.weekCount).flatMap { week in
      (1...7).compactMap { weekday in square(week: week, weekday: weekday) }
    }
  }

  private func square(week: Int, weekday: Int) -> String? {
    let day = grid.day(week: week, weekday: weekday)
    let cell = grid.cell(day)
    let (name, words): (String, String)
    switch cell {
    case .outside: return nil
    case .future: (name, words) = ("future", "to come")
    case .idle: (name, words) = ("idle", "no login")
    case .login: (name, words) = ("login", "login")
    }
    let x = CalendarSVG.left + week * CalendarSVG.step
    let y = CalendarSVG.top + (weekday - 1) * CalendarSVG.step
    return """
      <rect class="\(name)" x="\(x)" y="\(y)" width="11" height="11" rx="2">\
      <title>\(day): \(words)</title></rect>
      """
  }

  private func text(_ name: String, _ x: Int, _ y: Int, _ text: String) -> String {
    #"<text class="\#(name)" x="\#(x)" y="\#(y)">\#(markup(text))</text>"#
  }
}
