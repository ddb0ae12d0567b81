import Jobs
import Rules

/// The sums of a report one after the other in time, as the page draws them: in rows of time as the rows
/// are, else by hours, days or months as there is room for.
struct TimeSeries {
  struct Point {
    let key: ReportKey
    let totals: AdTotals
    let isUnfinished: Bool
  }

  /// As many as can be told apart on a page.
  static let pointsMax = 400

  let grouping: ReportGrouping
  let points: [Point]

  init(_ report: AdReport) {
    let finest = report.grouping.isTime ? report.grouping : Self.fitting(report)
    var (grouping, points) = (finest, [Point]())
    for next in [finest] + Self.coarser(than: finest) {
      (grouping, points) = (next, Self.points(of: report, by: next))
      if points.count <= Self.pointsMax { break }
    }
    self.grouping = grouping
    self.points = points
  }

  private static func fitting(_ report: AdReport) -> ReportGrouping {
    report.days.dayCount <= 3 ? .hour : .day
  }

  private static func coarser(than grouping: ReportGrouping) -> [ReportGrouping] {
    switch grouping {
    case .hour: [.day, .week, .month]
    case .day: [.week, .month]
    case .week: [.month]
    case .month, .code, .group: []
    }
  }

  private static func points(of report: AdReport, by grouping: ReportGrouping) -> [Point] {
    var sums: [ReportKey: AdTotals] = [:]
    for (hour, totals) in report.hours {
      if let key = grouping.key(of: hour) { sums[key, default: AdTotals()] += totals }
    }
    return sums.sorted { $0.key < $1.key }.map { key, totals in
      let days = key.days(of: report.days)
      return Point(
        key: key, totals: totals,
        isUnfinished: report.unfinished.contains { days.contains($0) })
    }
  }

  /// The same for every weekday and hour, Monday first.
  static func week(_ report: AdReport) -> [[AdTotals]] {
    var week = [[AdTotals]](repeating: [AdTotals](repeating: AdTotals(), count: 24), count: 7)
    for (hour, totals) in report.hours { week[hour.day.weekday - 1][hour.hour] += totals }
    return week
  }
}

extension ReportKey {
  /// What stands below an axis.
  var axisLabel: String {
    switch self {
    case .hour(let hour):
      hour.hour == 0 ? ReportKey.day(hour.day).axisLabel : ReportColumns.clock(hour.hour)
    case .day(let day):
      "\(day.dayOfMonth) \(CalendarText.monthNames[day.month.month - 1])"
    case .week(let week): String("\(week)".suffix(3))
    case .month(let month): "\(CalendarText.monthNames[month.month - 1]) \(month.year)"
    case .code(let code): printable(code.bytes)
    case .group(let name): ReportColumns.group(name)
    }
  }

  /// What it is called in full.
  var label: String {
    switch self {
    case .hour(let hour): "\(hour.day) \(ReportColumns.clock(hour.hour))"
    case .day(let day): "\(day)"
    case .week(let week): "\(week)"
    case .month(let month): "\(month)"
    case .code, .group: axisLabel
    }
  }
}

extension AdTotals {
  /// `1,234 shows, 12 clicks, CTR 0.97 %`
  var sentence: String {
    "\(ReportMeasure.shows.words(self)) shows, \(ReportMeasure.clicks.words(self)) clicks, "
      + "CTR \(ReportMeasure.ctr.words(self))"
  }

  /// The numbers as a mark of a chart carries them.
  var dataAttributes: String {
    ReportMeasure.allCases.map { #"data-\#($0.rawValue)="\#($0.digits(self))""# }
      .joined(separator: " ")
  }
}
