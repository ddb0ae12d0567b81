internal import MySQLClient
public import Rules

extension CPCDay {
  /// How many rows are read at a time: up to 3 MB.
  private static let viewersPerPage = 256

  /// Hands over the HyperLogLogs of all images on these days, in the order of codes and, for each, of
  /// days; the values as a Redis would hold them.
  ///
  /// Page by page, so that memory stays bounded however many there are, and `body` may take its time:
  /// where the connection breaks, it is made anew and nothing comes twice.
  public func forEachViewers(
    in days: ClosedRange<CivilDay>, _ body: (DaySketch) throws -> Void
  ) throws {
    var last: DaySketchName?
    while true {
      let page = try database.retrying { try viewers(in: days, after: last, on: $0) }
      for sketch in page { try body(sketch) }
      guard page.count == CPCDay.viewersPerPage else { return }
      last = page.last?.name
    }
  }

  private func viewers(
    in days: ClosedRange<CivilDay>, after last: DaySketchName?, on connection: MySQLConnection
  ) throws -> [DaySketch] {
    var condition: SQL = """
      kind = 'hll' AND day BETWEEN \(date: days.lowerBound.description) \
      AND \(date: days.upperBound.description)
      """
    if let last {
      condition.append(
        """
         AND name >= \(last.name.bytes) \
        AND (name > \(last.name.bytes) OR day > \(date: last.day.description))
        """)
    }
    var page: [DaySketch] = []
    try connection.forEachRow(
      """
      SELECT day, name, sketch FROM cpc_day FORCE INDEX (cpc_day_name) \
      WHERE \(condition) ORDER BY kind, name, day LIMIT \(CPCDay.viewersPerPage)
      """, label: "walk cpc_day"
    ) { row in
      guard let day = row.bytes(0).flatMap({ CivilDay(bytes: $0[...]) }),
        let name = row.bytes(1).flatMap({ Code($0) }), let bytes = row.bytes(2)
      else {
        throw MySQLError(
          operation: "walk cpc_day", code: 0, message: "a row is no sketch of a day")
      }
      page.append(
        DaySketch(name: DaySketchName(day: day, kind: .hll, name: name), bytes: bytes))
    }
    return page
  }
}
