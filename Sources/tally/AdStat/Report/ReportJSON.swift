import Jobs
import Rules

/// A report as one JSON object on one line.
struct ReportJSON {
  private let view: ReportView

  init(_ view: ReportView) { self.view = view }

  func write(to put: (String) throws -> Void) throws {
    let report = view.report
    var head = JSONText()
    head.add("schema", 1)
    head.add("by", report.grouping.rawValue)
    head.add("from", "\(report.days.first)")
    head.add("to", "\(report.days.last)")
    head.add("time_zone", view.zone)
    head.add("unfinished", report.unfinished.map(\.description))
    head.addText("live_hour", report.liveHour?.description)
    head.add("row_count", report.rowCount)
    var total = JSONText()
    add(report.total, report.viewers, to: &total)
    head.add("total", total)
    head.addRejected(report.rejectedCount)
    try put("\(head.open),\"rows\":[")
    for (index, row) in report.rows.enumerated() {
      try put("\(index == 0 ? "" : ",")\(object(of: row))")
    }
    try put("]}\n")
  }

  private func object(of row: ReportRow) -> JSONText {
    var object = JSONText()
    switch row.key {
    case .hour(let hour):
      object.add("day", "\(hour.day)")
      object.add("hour", hour.hour)
    case .day(let day): object.add("day", "\(day)")
    case .week(let week):
      let shown = row.key.days(of: view.report.days)
      object.add("week", "\(week)")
      object.add("from", "\(shown.first)")
      object.add("to", "\(shown.last)")
    case .month(let month): object.add("month", "\(month)")
    case .code(let code):
      object.add("code", bytes: code.bytes)
      object.addText("name", row.name)
      object.addText("group", row.group)
    case .group(let name): object.addText("group", name)
    }
    add(row.totals, row.viewers, to: &object)
    object.add("unfinished", row.isUnfinished)
    return object
  }

  private func add(_ totals: AdTotals, _ viewers: ViewerCount?, to object: inout JSONText) {
    object.add("shows", totals.shows)
    object.add("clicks", totals.clicks)
    // What is no number stands as null.
    object.add("ctr", totals.rate.flatMap { Double($0.fraction) } ?? .nan)
    for measure in view.viewerMeasures {
      if let viewers {
        object.add(measure.rawValue, measure.number(viewers))
      } else {
        object.addNull(measure.rawValue)
      }
    }
  }
}
