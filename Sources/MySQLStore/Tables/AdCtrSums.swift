public import MySQLClient
public import Rules

/// Which images a report is about.
public enum AdSelection: Sendable {
  case all
  /// These alone; none where there are none.
  case codes([Code])
  /// Those of a group, by its number.
  case group(UInt32)
}

/// Sums over `ad_ctr`, made by the server and streamed.
///
/// All lives of Redis are added up. What is read through one connection within one transaction is one
/// state of the table, however much is archived meanwhile.
public struct AdCtrSums {
  private let connection: MySQLConnection
  private let condition: SQL

  public init(
    of days: DayRange, _ selection: AdSelection, on connection: MySQLConnection
  ) {
    self.connection = connection
    switch selection {
    case .all: condition = AdCtrSums.within(days)
    case .group(let id):
      condition = """
        \(AdCtrSums.within(days)) AND c.code IN (SELECT code FROM ad_image WHERE group_id = \(id))
        """
    case .codes(let codes): condition = AdCtrSums.of(codes, on: days)
    }
  }

  private static func within(_ days: DayRange) -> SQL {
    "c.day BETWEEN \(date: days.first.description) AND \(date: days.last.description)"
  }

  /// Every day by itself, so that the server looks each code up instead of reading whole days.
  private static func of(_ codes: [Code], on days: DayRange) -> SQL {
    guard let first = codes.first else { return "1 = 0" }
    var list: SQL = "\(first.bytes)"
    for code in codes.dropFirst() { list.append(",\(code.bytes)") }
    var dates: SQL = "\(date: days.first.description)"
    for offset in 1..<max(1, days.dayCount) {
      dates.append(",\(date: days.first.advanced(by: offset).description)")
    }
    return "c.day IN (\(dates)) AND c.code IN (\(list))"
  }

  /// The first and the last day that anything was counted on; nil where nothing was.
  public static func extent(on connection: MySQLConnection) throws -> DayRange? {
    var extent: DayRange?
    try connection.forEachRow("SELECT MIN(day), MAX(day) FROM ad_ctr", label: "extent of ad_ctr") {
      row in
      guard let first = row.bytes(0).flatMap({ CivilDay(bytes: $0[...]) }),
        let last = row.bytes(1).flatMap({ CivilDay(bytes: $0[...]) })
      else { return }
      extent = DayRange(first, through: last)
    }
    return extent
  }

  public func forEachHour(_ body: (LocalHour, AdTotals) throws -> Void) throws {
    try connection.forEachRow(
      """
      SELECT c.day, c.hour, SUM(c.show_count), SUM(c.click_count) FROM ad_ctr AS c \
      WHERE \(condition) GROUP BY c.day, c.hour
      """, label: "sum ad_ctr by hour"
    ) { row in
      guard let day = row.bytes(0).flatMap({ CivilDay(bytes: $0[...]) }),
        let hour = row.unsigned(1).flatMap({ LocalHour(day: day, hour: Int(clamping: $0)) })
      else { throw damaged }
      try body(hour, try totals(row, from: 2))
    }
  }

  public func forEachCode(_ body: (Code, AdTotals) throws -> Void) throws {
    try connection.forEachRow(
      """
      SELECT c.code, SUM(c.show_count), SUM(c.click_count) FROM ad_ctr AS c \
      WHERE \(condition) GROUP BY c.code
      """, label: "sum ad_ctr by code"
    ) { row in
      guard let code = row.bytes(0).flatMap({ Code($0) }) else { throw damaged }
      try body(code, try totals(row, from: 1))
    }
  }

  /// By the names of groups; nil stands for codes of none, and for those that the catalogue does not
  /// know. Added up by code before they are looked up: images are fewer than hours.
  public func forEachGroup(_ body: (String?, AdTotals) throws -> Void) throws {
    try connection.forEachRow(
      """
      SELECT g.name, SUM(s.shows), SUM(s.clicks) FROM (\
      SELECT c.code AS code, SUM(c.show_count) AS shows, SUM(c.click_count) AS clicks \
      FROM ad_ctr AS c WHERE \(condition) GROUP BY c.code) AS s \
      LEFT JOIN ad_image AS i ON i.code = s.code LEFT JOIN ad_group AS g ON g.id = i.group_id \
      GROUP BY g.id, g.name
      """, label: "sum ad_ctr by group"
    ) { row in try body(row.text(0), try totals(row, from: 1)) }
  }

  private func totals(
    _ row: borrowing MySQLRow, from column: Int
  ) throws(MySQLError) -> AdTotals {
    guard let shows = row.text(column).flatMap({ UInt128($0) }),
      let clicks = row.text(column + 1).flatMap({ UInt128($0) })
    else { throw damaged }
    return AdTotals(shows: shows, clicks: clicks)
  }

  private var damaged: MySQLError {
    MySQLError(operation: "sum ad_ctr", code: 0, message: "a row is no sum of counts")
  }
}

extension AdCtr {
  /// What some counts of Redis, all of one day, have more than the table, each with the hours and counts
  /// that it lacks.
  ///
  /// - Parameter epochs: the epoch of every lineage that the table knows.
  public func lacking(
    of held: [HeldCount], on day: CivilDay, epochs: [Lineage: UInt16],
    _ connection: MySQLConnection, _ body: (HeldCount, [HourValue]) throws -> Void
  ) throws {
    struct Place: Hashable {
      let code: Code
      let epoch: UInt16
    }
    var rows: [Place: [Int: HourCount]] = [:]
    let codes = Set(held.map(\.code)).sorted()
    for list in CatalogueText.lists(codes.map { "\($0.bytes)" }, on: connection) {
      try readRows(
        of: day, "code IN (\(list))", connection, label: "look up ad_ctr"
      ) { code, hour, epoch, count in
        guard let code = Code(code) else { return }
        rows[Place(code: code, epoch: epoch), default: [:]][hour] = count
      }
    }
    for count in held {
      let archived =
        count.lineage.flatMap { epochs[$0] }
        .flatMap { rows[Place(code: count.code, epoch: $0)] } ?? [:]
      try body(count, count.lacking(in: archived.mapValues { $0[count.metric] }))
    }
  }
}

extension AdSource {
  /// The epochs of all lives of Redis that MySQL has heard of.
  public static func epochs(on connection: MySQLConnection) throws -> [Lineage: UInt16] {
    var epochs: [Lineage: UInt16] = [:]
    try connection.forEachRow("SELECT lineage, epoch FROM ad_source", label: "read ad_source") {
      row in
      guard let lineage = row.bytes(0).flatMap({ Lineage($0) }),
        let epoch = row.unsigned(1).flatMap({ UInt16(exactly: $0) })
      else { return }
      epochs[lineage] = epoch
    }
    return epochs
  }
}

extension AdImage {
  /// All codes of a group, removed images included: their counts keep their place.
  public func codes(ofGroup id: UInt32) throws -> Set<Code> {
    try database.retrying { connection in
      var codes: Set<Code> = []
      try connection.forEachRow(
        "SELECT code FROM ad_image WHERE group_id = \(id)", label: "read ad_image"
      ) { row in
        if let code = row.bytes(0).flatMap({ Code($0) }) { codes.insert(code) }
      }
      return codes
    }
  }

  /// What the catalogue calls these, and their groups; images that it does not know are left out.
  public static func labels(
    of codes: [Code], on connection: MySQLConnection
  ) throws -> [Code: (name: String, group: String?)] {
    var labels: [Code: (name: String, group: String?)] = [:]
    for list in CatalogueText.lists(codes.sorted().map { "\($0.bytes)" }, on: connection) {
      try connection.forEachRow(
        """
        SELECT i.code, i.name, g.name FROM ad_image AS i \
        LEFT JOIN ad_group AS g ON g.id = i.group_id WHERE i.code IN (\(list))
        """, label: "read ad_image"
      ) { row in
        guard let code = row.bytes(0).flatMap({ Code($0) }) else { return }
        labels[code] = (row.text(1) ?? "", row.text(2))
      }
    }
    return labels
  }
}

extension AdGroup {
  /// The number of a group; nil where there is none of this name.
  public func id(of name: String) throws -> UInt32? {
    try database.retrying { connection in
      try rows(of: [name], on: connection)[name]?.id
    }
  }
}
