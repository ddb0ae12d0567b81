internal import MySQLClient
internal import Rules

/// Reads the rows of `login_month` that a run has keys for, by their primary keys.
///
/// Keys are joined from a list, a thousand a statement, and not read by ranges: the users of a batch
/// lie anywhere in a month, so that a range from the first to the last would read the whole month
/// once a batch. The effort is that of the run, however large the table is.
enum LoginMonthQuery {
  static let keysPerStatementMax = 1000

  /// Hands over the rows in ascending order of their keys.
  static func forEachRow(
    of run: SortedRun<UserMonth, LoginDays>, on connection: MySQLConnection,
    _ body: (UserMonth, LoginDays) throws -> Void
  ) throws {
    // A long id may fill a small packet before the thousand is full.
    let bytesMax = min(1 << 20, connection.maxAllowedPacketBytes / 4)
    var keys: SQL = ""
    var count = 0
    func flush() throws {
      guard count > 0 else { return }
      try connection.forEachRow(statement(for: keys), label: "read login_month") { row in
        let (key, days) = try read(row)
        try body(key, days)
      }
      keys = ""
      count = 0
    }
    for entry in run.entries {
      keys.append(count == 0 ? first(entry.key) : following(entry.key))
      count += 1
      if count == keysPerStatementMax || keys.bytes.count > bytesMax { try flush() }
    }
    try flush()
  }

  /// STRAIGHT_JOIN: the list is walked and each row looked up, never the other way round.
  private static func statement(for keys: SQL) -> SQL {
    """
    SELECT r.month, r.user_type, r.user_id, r.days FROM (\(keys)) AS k STRAIGHT_JOIN login_month AS r \
    ON r.month = k.month AND r.user_type = k.user_type AND r.user_id = k.user_id \
    ORDER BY r.month, r.user_type, r.user_id
    """
  }

  /// The first SELECT of a UNION names the columns and, with the others, sets their types.
  private static func first(_ key: UserMonth) -> SQL {
    """
    SELECT DATE\(date: key.month.firstDay.description) AS month, \(key.user.type) AS user_type, \
    \(key.user.id) AS user_id
    """
  }

  private static func following(_ key: UserMonth) -> SQL {
    """
     UNION ALL SELECT DATE\(date: key.month.firstDay.description),\(key.user.type),\(key.user.id)
    """
  }

  private static func read(_ row: borrowing MySQLRow) throws(MySQLError) -> (UserMonth, LoginDays) {
    guard let day = row.bytes(0).flatMap({ CivilDay(bytes: $0[...]) }),
      let type = row.bytes(1), let id = row.bytes(2), let user = UserKey(type: type, id: id),
      let bits = row.unsigned(3).flatMap({ UInt32(exactly: $0) })
    else {
      throw MySQLError(
        operation: "read login_month", code: 0, message: "a row is no month of a user's logins")
    }
    return (UserMonth(month: day.month, user: user), LoginDays(bits: bits))
  }
}
