import Jobs
import Rules

/// What is measured, in the order of its columns.
enum ReportMeasure: String, CaseIterable {
  case shows, clicks, ctr

  /// As people read it.
  var title: String { self == .ctr ? "CTR" : rawValue }

  /// `1,234` and `3.53 %`; a dash where nothing was shown.
  func words(_ totals: AdTotals) -> String {
    switch self {
    case .shows: grouped(totals.shows)
    case .clicks: grouped(totals.clicks)
    case .ctr: totals.rate.map { "\($0.percent) %" } ?? "–"
    }
  }

  /// As programs read it; empty where nothing was shown.
  func digits(_ totals: AdTotals) -> String {
    switch self {
    case .shows: String(totals.shows)
    case .clicks: String(totals.clicks)
    case .ctr: totals.rate?.fraction ?? ""
    }
  }
}

/// What is estimated of different viewers, in the order of its columns.
enum ViewerMeasure: String, CaseIterable {
  case unique
  case lowerBound = "unique_lower_bound"
  case upperBound = "unique_upper_bound"

  /// As people read it.
  var title: String {
    switch self {
    case .unique: "unique"
    case .lowerBound: "at least"
    case .upperBound: "at most"
    }
  }

  func number(_ viewers: ViewerCount) -> UInt64 {
    switch self {
    case .unique: viewers.estimate
    case .lowerBound: viewers.lowerBound
    case .upperBound: viewers.upperBound
    }
  }

  /// `1,234`; a dash where none were kept.
  func words(_ viewers: ViewerCount?) -> String { viewers.map { grouped(number($0)) } ?? "–" }

  /// As programs read it; empty where none were kept.
  func digits(_ viewers: ViewerCount?) -> String { viewers.map { String(number($0)) } ?? "" }
}

/// What a row says of itself, the same in every format.
enum ReportColumns {
  /// What stands for the group of codes that have none.
  static let noGroup = "(none)"

  static func names(of grouping: ReportGrouping) -> [String] {
    switch grouping {
    case .hour: ["day", "hour"]
    case .day: ["day"]
    case .week: ["week", "from", "to"]
    case .month: ["month"]
    case .code: ["code", "name", "group"]
    case .group: ["group"]
    }
  }

  /// Printable, whatever a code or a name is made of.
  static func texts(of row: ReportRow, in days: DayRange) -> [String] {
    switch row.key {
    case .hour(let hour): return [hour.day.description, clock(hour.hour)]
    case .day(let day): return [day.description]
    case .week(let week):
      let shown = row.key.days(of: days)
      return [week.description, shown.first.description, shown.last.description]
    case .month(let month): return [month.description]
    case .code(let code):
      return [printable(code.bytes), printable((row.name ?? "").utf8), group(row.group)]
    case .group(let name): return [group(name)]
    }
  }

  static func group(_ name: String?) -> String { name.map { printable($0.utf8) } ?? noGroup }

  /// `09:00`
  static func clock(_ hour: Int) -> String { (hour < 10 ? "0" : "") + "\(hour):00" }
}

/// A report with what its readers want to know besides the numbers.
struct ReportView {
  let report: AdReport
  /// Such as `Europe/Berlin`.
  let zone: String
  /// `code banner-7`, `group spring`; empty for all.
  let selection: [String]

  /// `2026-11-15 to 2026-11-21`
  var period: String { text(report.days) }

  /// `Shows and clicks by code, 2026-11-20, Europe/Berlin`
  var title: String {
    (["Shows and clicks by \(report.grouping.rawValue)", period] + selection + [zone])
      .joined(separator: ", ")
  }

  /// What a reader must know of numbers that may still change; nil where all are final.
  var unfinishedNote: String? {
    guard let first = report.unfinished.first else { return nil }
    let count = report.unfinished.count
    let days = count == 1 ? "\(first)" : "\(count) days since \(first)"
    let live = report.liveHour.map { "; live counters stand under \($0)" } ?? ""
    return "not finished: \(days)\(live)"
  }

  /// None where viewers were not asked for.
  var viewerMeasures: [ViewerMeasure] { report.hasViewers ? ViewerMeasure.allCases : [] }

  /// What a reader must know of estimates; nil where there are none.
  var viewerNote: String? {
    guard report.hasViewers else { return nil }
    return "unique viewers are estimates: in 95 of 100 cases the truth lies between the bounds "
      + "(two standard deviations); the total counts each viewer once, and so is no sum"
  }

  /// Nil where all rows are there.
  var cutNote: String? {
    guard report.rows.count < report.rowCount else { return nil }
    return "\(grouped(report.rows.count)) of \(grouped(report.rowCount)) rows; the total is of all"
  }

  private func text(_ days: DayRange) -> String {
    days.dayCount == 1 ? "\(days.first)" : "\(days.first) to \(days.last)"
  }
}
