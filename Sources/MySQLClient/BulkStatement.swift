/// Collects rows into multi-row statements of bounded size.
///
/// A statement is `head` + rows joined by commas + `tail`, at most `bytesMax` long: 1 MB or a quarter
/// of max_allowed_packet, whichever is smaller. A single row longer than that goes alone.
///
/// One text serves MySQL and MariaDB alike:
///
///     head  INSERT INTO t (k, n) VALUES
///     tail  /*!80019 AS new */ ON DUPLICATE KEY UPDATE
///           n = GREATEST(t.n, /*!80019 new.n */ /*M! VALUES(n) */)
///
/// MySQL reads the first kind of comment, MariaDB the second; neither gives a warning.
public struct BulkStatement {
  public static let bytesMax = 1 << 20

  /// How long a statement may become on this connection, its label included.
  public let bytesMax: Int

  private let connection: MySQLConnection
  private let label: StaticString
  private let head: SQL
  private let tail: SQL
  private var statement: [UInt8] = []
  private var totals = MySQLResult()

  public init(head: SQL, tail: SQL, label: StaticString, connection: MySQLConnection) {
    self.head = head
    self.tail = tail
    self.label = label
    self.connection = connection
    bytesMax = min(BulkStatement.bytesMax, connection.maxAllowedPacketBytes / 4)
  }

  /// Adds one row, `(…)`, sending what was collected when the statement would grow too long.
  /// The statement must give no warnings: any is thrown as an error.
  public mutating func add(_ row: SQL) throws(MySQLError) {
    let fixed = MySQLConnection.labelByteCount(label) + tail.bytes.count + 2
    if !statement.isEmpty, fixed + statement.count + row.bytes.count > bytesMax { try send() }
    if statement.isEmpty {
      statement.reserveCapacity(bytesMax)
      statement += head.bytes
      statement.append(UInt8(ascii: " "))
    } else {
      statement.append(UInt8(ascii: ","))
    }
    statement += row.bytes
  }

  /// Sends what is left and returns the totals of all statements.
  public mutating func finish() throws(MySQLError) -> MySQLResult {
    if !statement.isEmpty { try send() }
    return totals
  }

  private mutating func send() throws(MySQLError) {
    statement.append(UInt8(ascii: " "))
    statement += tail.bytes
    let sql = SQL(bytes: statement)
    statement.removeAll(keepingCapacity: true)
    let result = try connection.execute(sql, label: label)
    // A value that was clipped or rounded is told by a warning only.
    guard result.warningCount == 0 else {
      throw MySQLError(
        operation: "\(label)", kind: .warnings, code: 0,
        message: "the statement gave \(result.warningCount) warnings: "
          + (try connection.warnings().joined(separator: "; ")))
    }
    totals.affectedRows += result.affectedRows
    totals.lastInsertID = result.lastInsertID
  }
}
