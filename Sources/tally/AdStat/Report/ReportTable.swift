import Jobs
import Rules

/// A report for a terminal: what a row is on the left, its numbers on the right, the total below.
struct ReportTable: CustomStringConvertible {
  private let view: ReportView

  init(_ view: ReportView) { self.view = view }

  var description: String {
    let report = view.report
    let names = ReportColumns.names(of: report.grouping)
    var table = [
      names + ReportMeasure.allCases.map(\.title) + view.viewerMeasures.map(\.title)
    ]
    for row in report.rows {
      table.append(
        ReportColumns.texts(of: row, in: report.days) + numbers(row.totals, row.viewers))
    }
    let blanks = [String](repeating: "", count: names.count - 1)
    table.append(["total"] + blanks + numbers(report.total, report.viewers))

    var lines = ReportTable.aligned(table, leftCount: names.count)
    // Rows of time alone: of images and groups every one would have the mark.
    for (index, row) in report.rows.enumerated() where row.isUnfinished && report.grouping.isTime {
      lines[index + 1] += " *"
    }
    if !report.unfinished.isEmpty { lines[lines.count - 1] += " *" }
    let notes = [view.unfinishedNote.map { "* \($0)" }, view.cutNote, view.viewerNote]
      .compactMap { $0 }
    lines = [view.title, ""] + lines + (notes.isEmpty ? [] : [""] + notes)
    return lines.map { "\($0)\n" }.joined()
  }

  private func numbers(_ totals: AdTotals, _ viewers: ViewerCount?) -> [String] {
    ReportMeasure.allCases.map { $0.words(totals) }
      + view.viewerMeasures.map { $0.words(viewers) }
  }

  /// Columns side by side, two blanks between them, all but the first `leftCount` ending in one line.
  private static func aligned(_ table: [[String]], leftCount: Int) -> [String] {
    let widths = table[0].indices.map { column in
      table.reduce(0) { max($0, columnCount($1[column])) }
    }
    return table.map { row in
      var line = ""
      for (column, text) in row.enumerated() {
        let blanks = String(repeating: " ", count: widths[column] - columnCount(text))
        line += (column == 0 ? "" : "  ") + (column < leftCount ? text + blanks : blanks + text)
      }
      return line
    }
  }
}
