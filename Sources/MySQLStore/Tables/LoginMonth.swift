public import MySQLClient
public import Rules

/// The table `login_month`: on which days of a month a user logged in.
///
/// Shape: `(month, user_type, user_id)` -> `days`, bit d = day d.
/// Merge: bitwise OR; a bit that is set stays set, so repeating a merge changes nothing.
public struct LoginMonth {
  public typealias Comparison = RunComparison<UserMonth, LoginDays>

  let database: MySQLDatabase

  public init(_ database: MySQLDatabase) { self.database = database }

  /// What the table lacks of `run`. A bitmap without a day needs no row.
  public func compare(_ run: LoginRun) throws -> Comparison {
    let days = run.compactMapValues { $0.days.isEmpty ? nil : $0.days }
    return try database.retrying { connection in
      var comparison = Comparison(days)
      try LoginMonthQuery.forEachRow(of: days, on: connection) { comparison.meet($0, holding: $1) }
      comparison.finish()
      return comparison
    }
  }

  /// Inserts what is missing and raises what is smaller. Rows go in the order of the primary key, so
  /// that two runs at once wait for each other instead of locking each other out.
  public func merge(_ lacking: Comparison, rowsPerTransaction: Int = 10_000) throws {
    let rows = SortedRun(lacking.missing + lacking.smaller).entries
    for start in stride(from: 0, to: rows.count, by: rowsPerTransaction) {
      let batch = rows[start..<min(start + rowsPerTransaction, rows.count)]
      try database.transaction("merge login_month") { connection in
        var statement = BulkStatement(
          head: LoginMonth.insertHead, row: "(?,?,?,?,UTC_TIMESTAMP())",
          columns: LoginMonth.columns, tail: LoginMonth.insertTail, label: "merge login_month",
          connection: connection)
        for row in batch {
          statement.put(Array(row.key.month.firstDay.description.utf8))
          statement.put(row.key.user.type)
          statement.put(row.key.user.id)
          statement.put(UInt64(row.value.bits))
          try statement.endRow()
        }
        _ = try statement.finish()
      }
    }
  }

  /// Reads the run back on a connection of its own and, where the table holds every day of it, gives
  /// the receipt that allows Redis to forget it. Nil where anything is lacking.
  ///
  /// Fresh, because what the writing session sees may be what it has not committed.
  public func prove(_ run: LoginRun) throws -> Merged<LoginRun>? {
    database.disconnect()
    guard try compare(run).allHeld else { return nil }
    return Merged(provenHeld: run)
  }

  static let insertHead: SQL =
    "INSERT INTO login_month (month, user_type, user_id, days, synced_at) VALUES"

  static let columns: [BulkColumn] = [
    .bytes(max: 10), .bytes(max: UserKey.typeByteCountMax), .bytes(max: UserKey.idByteCountMax),
    .unsigned,
  ]

  /// One text for both servers: MySQL names the new row `new`, MariaDB asks for it by VALUES().
  static let insertTail: SQL = """
    /*!80019 AS new */ ON DUPLICATE KEY UPDATE \
    days = login_month.days | /*!80019 new.days */ /*M! VALUES(days) */, \
    synced_at = UTC_TIMESTAMP()
    """
}
