import Rules

/// A year as text, 60 columns at most:
///
///     client 1001 in 2026
///
///         Jan Feb  Mar …
///     Mon  ..#
///          .##
///     Wed .#.
///     …
///     3 days with a login, the longest streak 2 days from 2026-01-06 to 2026-01-07
struct CalendarText: CustomStringConvertible {
  private let grid: YearGrid
  private let title: String
  private let colour: Bool

  init(_ grid: YearGrid, title: String, colour: Bool) {
    self.grid = grid
    self.title = title
    self.colour = colour
  }

  var description: String {
    let weekdays = (1...7).map { weekday in
      let name = CalendarText.weekdayNames[weekday] ?? "   "
      return trimmed("\(name) " + line(of: weekday))
    }
    let lines = [title, "", trimmed("    " + monthLine)] + weekdays + ["", summary(of: grid)]
    return lines.map { "\($0)\n" }.joined()
  }

  /// Every other one, as people know it from contribution graphs.
  static let weekdayNames = [1: "Mon", 3: "Wed", 5: "Fri", 7: "Sun"]
  static let monthNames = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// Months begin at least four weeks apart, where a name and a space take four columns.
  private var monthLine: String {
    var line = ""
    for (week, month) in grid.monthStarts {
      line += String(repeating: " ", count: max(0, week - line.count))
      line += CalendarText.monthNames[month.month - 1]
    }
    return line
  }

  private func line(of weekday: Int) -> String {
    var line = ""
    var shown = YearGrid.Cell.outside
    for week in 0..<grid.weekCount {
      let cell = grid.cell(grid.day(week: week, weekday: weekday))
      if colour, cell != shown { line += sequence(for: cell) }
      shown = cell
      line += mark(for: cell)
    }
    return colour && shown != .outside ? line + "\u{1B}[0m" : line
  }

  private func mark(for cell: YearGrid.Cell) -> String {
    switch cell {
    case .outside, .future: " "
    case .idle: colour ? "·" : "."
    case .login: colour ? "■" : "#"
    }
  }

  private func sequence(for cell: YearGrid.Cell) -> String {
    switch cell {
    case .outside, .future: "\u{1B}[0m"
    case .idle: "\u{1B}[0;90m"
    case .login: "\u{1B}[0;32m"
    }
  }

  private func trimmed(_ line: String) -> String {
    var line = line[...]
    while line.last == " " { line.removeLast() }
    return String(line)
  }
}

/// `3 days with a login, the longest streak 2 days from 2026-01-06 to 2026-01-07`
func summary(of grid: YearGrid) -> String {
  func days(_ count: Int) -> String { count == 1 ? "1 day" : "\(count) days" }
  guard let streak = grid.longestStreak else { return "no login" }
  let total = "\(days(grid.logins.count)) with a login"
  return streak.dayCount == 1
    ? "\(total), never two in a row"
    : "\(total), the longest streak \(days(streak.dayCount)) from \(streak.first) to \(streak.last)"
}
