internal import MySQLClient
public import Rules

extension CPCDay {
  /// How many rows are read at a time: up to 3 MB.
  private static let viewersPerPage = 256

  /// Hands over the HyperLogLogs of images on these days, in the order of codes and, for each, of days; the
  /// values as a Redis would hold them.
  ///
  /// Page by page, so that memory stays bounded however many there are, and `body` may take its time:
  /// where the connection breaks, it is made anew and nothing comes twice.
  /// - Parameter codes: which images, in order; nil for all.
  public func forEachViewers(
    in days: DayRange, of codes: [Code]? = nil, _ body: (DaySketch) throws -> Void
  ) throws {
    let all: SQL = """
      kind = 'hll' AND day BETWEEN \(date: days.first.description) \
      AND \(date: days.last.description)
      """
    guard let codes else { return try forEachViewers(where: all, body) }
    let lists = try database.retrying {
      CatalogueText.lists(codes.map { "\($0.bytes)" }, on: $0)
    }
    for list in lists { try forEachViewers(where: "\(all) AND name IN (\(list))", body) }
  }

  private func forEachViewers(
    where condition: SQL, _ body: (DaySketch) throws -> Void
  ) throws {
    var rest = condition
    while true {
      let page = try database.retrying { try viewers(where: rest, on: $0) }
      for sketch in page { try body(sketch) }
      guard page.count == CPCDay.viewersPerPage, let last = page.last?.name else { return }
      rest = """
        \(condition) AND name >= \(last.name.bytes) \
        AND (name > \(last.name.bytes) OR day > \(date: last.day.description))
        """
    }
  }

  /// The HyperLogLogs of these names, all of one image; those that the table does not have are left out.
  public func viewers(_ names: [DaySketchName]) throws -> [DaySketch] {
    guard let first = names.first else { return [] }
    var dates: SQL = "\(date: first.day.description)"
    for name in names.dropFirst() { dates.append(",\(date: name.day.description)") }
    return try database.retrying {
      try viewers(
        where: "kind = 'hll' AND name = \(first.name.bytes) AND day IN (\(dates))", on: $0)
    }
  }

  private func viewers(
    where condition: SQL, on connection: MySQLConnection
  ) throws -> [DaySketch] {
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
