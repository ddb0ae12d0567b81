public import MySQLClient
public import Rules

/// The table `login_month`: on which days of a month a user logged in.
///
/// Shape: `(month, user_type, user_id)` -> `days`, bit d = day d.
/// Merge: bitwise OR; a bit that is set stays set, so repeating a merge changes nothing.
public struct LoginMonth {
  let database: MySQLDatabase

  public init(_ database: MySQLDatabase) { self.database = database }

  /// Which bitmaps of `run` the table lacks, or holds fewer days of; in order. A bitmap without a day
  /// needs no row.
  public func lacking(of run: LoginRun) throws -> [Int] {
    var lacking: [Int] = []
    for stretch in run.stretches {
      lacking += try database.retrying { connection in
        try LoginMonthQuery(of: stretch, on: connection).compare().lacking
      }
    }
    return lacking
  }

  /// Which bitmaps of `run` are not what the table holds, be it more or less; in order.
  public func differing(of run: LoginRun) throws -> [LoginComparison.Difference] {
    var differing: [LoginComparison.Difference] = []
    for stretch in run.stretches {
      differing += try database.retrying { connection in
        try LoginMonthQuery(of: stretch, on: connection).compare().differing
      }
    }
    return differing
  }

  /// Inserts what is missing and raises what is smaller. Rows go in the order of the primary key, so
  /// that two runs at once wait for each other instead of locking each other out.
  ///
  /// `lacking` is what the table lacks of `run`; `committed` is told of the rows of each transaction.
  public func merge(
    _ lacking: some RandomAccessCollection<Int>, of run: LoginRun, rowsPerTransaction: Int = 50_000,
    committed: (Int) throws -> Void = { _ in }
  ) throws {
    let months = run.groups.map { Array($0.month.firstDay.description.utf8) }
    var rest = lacking[...]
    while !rest.isEmpty {
      let batch = rest.prefix(rowsPerTransaction)
      rest = rest.dropFirst(batch.count)
      try database.transaction("merge login_month") { connection in
        var statement = BulkStatement(
          head: LoginMonth.insertHead, row: "(?,?,?,?,UTC_TIMESTAMP())",
          columns: LoginMonth.columns, tail: LoginMonth.insertTail, label: "merge login_month",
          connection: connection)
        let ids = run.ids.span
        for index in batch {
          let group = run.group(index)
          statement.put(months[group])
          statement.put(run.groups[group].type)
          statement.put(ids.extracting(run.idRange(index)))
          statement.put(UInt64(run.days(index).bits))
          try statement.endRow()
        }
        _ = try statement.finish()
      }
      try committed(batch.count)
    }
  }

  /// Reads the run back on a connection of its own and, where the table holds every day of it, gives
  /// the receipt that allows Redis to forget it. Nil where anything is lacking.
  ///
  /// Fresh, because what the writing session sees may be what it has not committed.
  public func prove(_ run: LoginRun) throws -> Merged<LoginRun>? {
    database.disconnect()
    guard try lacking(of: run).isEmpty else { return nil }
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
