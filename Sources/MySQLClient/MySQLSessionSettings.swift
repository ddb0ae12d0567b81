/// What a session is set to after each connect, and read back.
public struct MySQLSessionSettings: Sendable, Equatable {
  public enum Access: Sendable { case readWrite, readOnly }
  /// `readOnly` sets SESSION TRANSACTION READ ONLY: the server itself refuses every write.
  public var access: Access = .readWrite
  public var lockWaitTimeoutSeconds = 20
  /// How long the server keeps an idle session, so that a stopped client lets its locks go; and how
  /// long it waits for a client that is slow to read its rows.
  public var waitTimeoutSeconds = 300
  public init() {}
}

extension MySQLSessionSettings {
  /// The statements that make the settings.
  ///
  /// All of them are said, also those that are a server's default: `init_connect` and the global
  /// variables may have made them otherwise.
  var statements: [SQL] {
    let access: SQL = access == .readOnly ? "READ ONLY" : "READ WRITE"
    return [
      """
      SET NAMES utf8mb4, @@SESSION.sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', \
      @@SESSION.time_zone = '+00:00', @@SESSION.autocommit = 1, \
      @@SESSION.innodb_lock_wait_timeout = \(lockWaitTimeoutSeconds), \
      @@SESSION.lock_wait_timeout = \(lockWaitTimeoutSeconds), \
      @@SESSION.wait_timeout = \(waitTimeoutSeconds), \
      @@SESSION.net_write_timeout = \(waitTimeoutSeconds)
      """,
      "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ, \(access)",
    ]
  }

  /// Each variable with the value it must have now, in the words the server reads it out.
  func expected(of flavor: MySQLFlavor) -> [(variable: String, value: String)] {
    // MySQL 8 dropped the names that MariaDB 10 has alone.
    let (isolation, readOnly) =
      flavor == .mysql
      ? ("transaction_isolation", "transaction_read_only") : ("tx_isolation", "tx_read_only")
    return [
      ("sql_mode", "STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION"), ("time_zone", "+00:00"),
      ("autocommit", "1"), ("innodb_lock_wait_timeout", "\(lockWaitTimeoutSeconds)"),
      ("lock_wait_timeout", "\(lockWaitTimeoutSeconds)"), ("wait_timeout", "\(waitTimeoutSeconds)"),
      ("net_write_timeout", "\(waitTimeoutSeconds)"), ("character_set_client", "utf8mb4"),
      ("character_set_connection", "utf8mb4"), (isolation, "REPEATABLE-READ"),
      (readOnly, access == .readOnly ? "1" : "0"),
    ]
  }
}

extension MySQLConnection {
  /// Makes the settings, reads them back and returns the server's max_allowed_packet in bytes.
  ///
  /// A server that refuses a setting, or does not keep it, throws kind `configuration`: rows could be
  /// clipped or never committed.
  static func prepare(
    _ handle: borrowing MySQLHandle, _ settings: MySQLSessionSettings, flavor: MySQLFlavor
  ) throws(MySQLError) -> Int {
    for statement in settings.statements {
      do {
        try handle.send(statement.bytes, operation: "set session")
      } catch  where error.kind == .refused && !error.isRetriable {
        throw MySQLError(
          operation: error.operation, kind: .configuration, code: error.code,
          sqlState: error.sqlState, message: error.message)
      }
    }
    let expected = settings.expected(of: flavor)
    var question: SQL = "SELECT @@max_allowed_packet"
    for (variable, _) in expected { question.append(SQL(trusted: ", @@SESSION.\(variable)")) }
    let values = try readRow(question, handle)
    guard values.count == expected.count + 1 else {
      throw MySQLError.malformedAnswer(to: "read session")
    }
    for (index, (variable, value)) in expected.enumerated() where values[index + 1] != value {
      throw MySQLError(
        operation: "set session", kind: .configuration, code: 0,
        message: "\(variable) was set to '\(value)' but is '\(values[index + 1])'; "
          + "look at the server's init_connect, its limits, and at what stands between")
    }
    return Int(values[0]) ?? 0
  }

  private static func readRow(_ sql: SQL, _ handle: borrowing MySQLHandle) throws(MySQLError)
    -> [String]
  {
    try handle.send(sql.bytes, operation: "read session")
    guard let rows = MySQLRows(of: handle) else { throw handle.failure("read session") }
    var values: [String] = []
    while let row = try rows.next(of: handle, operation: "read session") {
      values = (0..<row.columnCount).map { row.text($0) ?? "" }
    }
    return values
  }
}
