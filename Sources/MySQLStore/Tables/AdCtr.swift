public import MySQLClient
public import Rules

/// Which row of `ad_ctr` a count lies in.
public struct AdCtrKey: Hashable, Comparable, Sendable {
  public let day: CivilDay
  public let code: Code
  /// 0 to 23.
  public let hour: Int
  /// Which life of Redis counted it.
  public let epoch: UInt16

  public init(day: CivilDay, code: Code, hour: Int, epoch: UInt16) {
    self.day = day
    self.code = code
    self.hour = hour
    self.epoch = epoch
  }

  /// In the order of the primary key.
  public static func < (a: AdCtrKey, b: AdCtrKey) -> Bool {
    if a.day != b.day { return a.day < b.day }
    if a.code != b.code { return a.code < b.code }
    return (a.hour, a.epoch) < (b.hour, b.epoch)
  }
}

/// The table `ad_ctr`: how often each image was shown and clicked, by hour.
///
/// Shape: `(day, code, hour, epoch)` -> `show_count`, `click_count`.
/// Merge: the larger of each, so repeating a merge changes nothing and an older one lowers nothing.
public struct AdCtr {
  public typealias Run = SortedRun<AdCtrKey, HourCount>
  public typealias Comparison = RunComparison<AdCtrKey, HourCount>

  let database: MySQLDatabase

  public init(_ database: MySQLDatabase) { self.database = database }

  /// How `compare` finds the rows of a run.
  public enum Lookup: Sendable {
    /// The stretch of the primary key from the first to the last code: where few others lie between, as
    /// in runs that are cut from one sorted list of all codes.
    case stretch
    /// Code by code.
    case codes
  }

  /// What the table lacks of `run`, which holds one day.
  public func compare(_ run: Run, by lookup: Lookup) throws -> Comparison {
    guard let first = run.entries.first?.key, let last = run.entries.last?.key else {
      var comparison = Comparison(run)
      comparison.finish()
      return comparison
    }
    switch lookup {
    case .stretch:
      return try database.retrying { connection in
        var comparison = Comparison(run)
        try readRows(
          of: first.day, "code BETWEEN \(first.code.bytes) AND \(last.code.bytes)", connection,
          label: "read ad_ctr"
        ) { comparison.meet($0.key, holding: $0.value) }
        comparison.finish()
        return comparison
      }
    case .codes:
      var comparison = Comparison(run)
      try forEachHeld(of: codes(of: run), on: first.day, label: "read ad_ctr") { _, rows in
        for row in rows { comparison.meet(row.key, holding: row.value) }
      }
      comparison.finish()
      return comparison
    }
  }

  private func codes(of run: Run) -> [Code] {
    var codes: [Code] = []
    for entry in run.entries where codes.last != entry.key.code { codes.append(entry.key.code) }
    return codes
  }

  /// Inserts what is missing and raises what is smaller, and notes in the same transaction that the
  /// archive transaction `number` is committed.
  ///
  /// Rows go in the order of the primary key, behind the one row of `ad_source`, so that two runs at
  /// once wait for each other instead of locking each other out.
  public func merge(_ lacking: Comparison, number: UInt64, of lineage: Lineage) throws {
    let rows = SortedRun(lacking.missing + lacking.smaller).entries
    try database.transaction("merge ad_ctr") { connection in
      try connection.execute(
        """
        UPDATE ad_source SET confirmed = GREATEST(confirmed, \(number)) \
        WHERE lineage = \(text: lineage.description)
        """, label: "confirm ad_source")
      var statement = BulkStatement(
        head: AdCtr.insertHead, row: "(?,?,?,?,?,?)", columns: AdCtr.columns,
        tail: AdCtr.insertTail, label: "merge ad_ctr", connection: connection)
      // All of one day.
      let day = Array((rows.first?.key.day.description ?? "").utf8)
      for row in rows {
        statement.put(day)
        statement.put(UInt64(row.key.hour))
        statement.put(row.key.code.bytes)
        statement.put(UInt64(row.key.epoch))
        statement.put(row.value.shows)
        statement.put(row.value.clicks)
        try statement.endRow()
      }
      _ = try statement.finish()
    }
  }

  static let insertHead: SQL =
    "INSERT INTO ad_ctr (day, hour, code, epoch, show_count, click_count) VALUES"

  static let columns: [BulkColumn] = [
    .bytes(max: 10), .unsigned, .bytes(max: Code.byteCountMax), .unsigned, .unsigned, .unsigned,
  ]

  /// One text for both servers: MySQL names the new row `new`, MariaDB asks for it by VALUES().
  static let insertTail: SQL = """
    /*!80019 AS new */ ON DUPLICATE KEY UPDATE show_count = \
    GREATEST(ad_ctr.show_count, /*!80019 new.show_count */ /*M! VALUES(show_count) */), \
    click_count = \
    GREATEST(ad_ctr.click_count, /*!80019 new.click_count */ /*M! VALUES(click_count) */)
    """

  /// Reads the rows of one day that `condition` names, in the order of the primary key.
  func readRows(
    of day: CivilDay, _ condition: SQL, lock: SQL = "", _ connection: MySQLConnection,
    label: StaticString, _ body: (Run.Entry) -> Void
  ) throws {
    var last: Code?
    try connection.forEachRow(
      """
      SELECT code, hour, epoch, show_count, click_count FROM ad_ctr FORCE INDEX (PRIMARY) \
      WHERE day = \(date: day.description) AND \(condition) \
      ORDER BY day, code, hour, epoch\(lock)
      """, label: label
    ) { row in
      let entry = try AdCtr.read(row, on: day, after: last)
      last = entry.key.code
      body(entry)
    }
  }

  /// Reads `code, hour, epoch, show_count, click_count`. The rows of an image share one code.
  private static func read(
    _ row: borrowing MySQLRow, on day: CivilDay, after last: Code?
  ) throws(MySQLError) -> Run.Entry {
    let code: Code? = row.withBytes(0) { bytes in
      guard let bytes else { return nil }
      if let last, last.isEqual(to: bytes) { return last }
      return Code(bytes)
    }
    guard let code, let hour = row.unsigned(1), hour <= 23,
      let epoch = row.unsigned(2).flatMap({ UInt16(exactly: $0) }), let shows = row.unsigned(3),
      let clicks = row.unsigned(4)
    else {
      throw MySQLError(
        operation: "read ad_ctr", code: 0, message: "a row is no hour of an image's counts")
    }
    return Run.Entry(
      key: AdCtrKey(day: day, code: code, hour: Int(hour), epoch: epoch),
      value: HourCount(shows: shows, clicks: clicks))
  }
}
