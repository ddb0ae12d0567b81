public import Rules

/// Merges the login bitmaps of the months that the week's rule names into `login_month`.
///
/// Rows that MySQL already holds are not written. Nothing is forgotten, so no read-back is owed: what
/// a crash leaves unmerged, the next run merges.
public struct SyncWeek: Job {
  public static let name = "loginlog sync-week"

  /// The months to carry over: `SyncRule.months(asOf:)`, or those of `--month`.
  public var months: [Month]

  public init(months: [Month]) { self.months = months }

  public func perform(in context: JobContext, report: inout RunReport) throws {
    let isWanted: @Sendable (Month) -> Bool = { [months] in months.contains($0) }
    try LoginSource(context).mergeAll(where: isWanted, report: &report)
  }
}
