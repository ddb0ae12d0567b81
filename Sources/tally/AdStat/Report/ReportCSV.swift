import Jobs
import Rules

/// A report as CSV: plain numbers, the rate as a fraction, no total.
struct ReportCSV {
  private let view: ReportView

  init(_ view: ReportView) { self.view = view }

  func write(to put: (String) throws -> Void) throws {
    let report = view.report
    let measures = ReportMeasure.allCases
    try put(
      csvRow(
        ReportColumns.names(of: report.grouping) + measures.map(\.rawValue)
          + view.viewerMeasures.map(\.rawValue) + ["unfinished"]))
    for row in report.rows {
      try put(
        csvRow(
          ReportColumns.texts(of: row, in: report.days) + measures.map { $0.digits(row.totals) }
            + view.viewerMeasures.map { $0.digits(row.viewers) }
            + [row.isUnfinished ? "1" : "0"]))
    }
  }
}
