/// Collects rows into statements of many rows, which the server has parsed once.
///
/// A statement is `head`, then `row` as often as it has rows, joined by commas, then `tail`; each `?` of
/// `row` is the place of a value. It has at most `rowsMax` rows and `bytesMax` bytes: 1 MB or a quarter of
/// max_allowed_packet, whichever is smaller.
///
/// One text serves MySQL and MariaDB alike:
///
///     head  INSERT INTO t (k, n) VALUES
///     row   (?,?)
///     tail  /*!80019 AS new */ ON DUPLICATE KEY UPDATE
///           n = GREATEST(t.n, /*!80019 new.n */ /*M! VALUES(n) */)
///
/// MySQL reads the first kind of comment, MariaDB the second; neither gives a warning.
public struct BulkStatement {
  public static let rowsMax = 1000
  static let bytesMax = 1 << 20

  private let connection: MySQLConnection
  private let label: StaticString
  private let head: SQL
  private let row: SQL
  private let tail: SQL
  private let rows: BulkRows
  private var totals = MySQLResult()

  /// `columns` are those of the places in `row`, in their order.
  public init(
    head: SQL, row: SQL, columns: [BulkColumn], tail: SQL, label: StaticString,
    connection: MySQLConnection
  ) {
    self.head = head
    self.row = row
    self.tail = tail
    self.label = label
    self.connection = connection
    // What a row takes of the text, and of the values: each with its kind and its length, at most 11.
    let valueBytes = columns.reduce(0) { $0 + $1.byteCountMax + 11 }
    let bytesMax = min(BulkStatement.bytesMax, connection.maxAllowedPacketBytes / 4)
    let room = bytesMax - head.bytes.count - tail.bytes.count
    let fitting = room / max(valueBytes, row.bytes.count + 1)
    rows = BulkRows(columns, rowCountMax: max(1, min(BulkStatement.rowsMax, fitting)))
  }

  /// The next value of the row: a string of bytes.
  public func put(_ bytes: Span<UInt8>) { rows.append(bytes) }
  public func put(_ bytes: [UInt8]) { rows.append(bytes.span) }
  /// The next value of the row: a whole number.
  public func put(_ number: UInt64) { rows.append(number) }

  /// Ends the row, all of whose values were put; sends the statement when it is full.
  /// The statement must give no warnings: any is thrown as an error.
  public mutating func endRow() throws(MySQLError) {
    precondition(rows.valueCount % rows.columns.count == 0, "a row lacks a value")
    if rows.isFull { try send() }
  }

  /// Sends what is left and returns the totals of all statements.
  public mutating func finish() throws(MySQLError) -> MySQLResult {
    if rows.rowCount > 0 { try send() }
    return totals
  }

  private mutating func send() throws(MySQLError) {
    let result = try connection.execute(text, with: rows, label: label)
    rows.removeAll()
    // A value that was clipped or rounded is told by a warning only.
    guard result.warningCount == 0 else {
      throw MySQLError(
        operation: "\(label)", kind: .warnings, code: 0,
        message: "the statement gave \(result.warningCount) warnings: "
          + (try connection.warnings().joined(separator: "; ")))
    }
    totals.affectedRows += result.affectedRows
  }

  private var text: SQL {
    var text = head
    for number in 0..<rows.rowCount {
      text.append(number == 0 ? " " : ",")
      text.append(row)
    }
    text.append(" ")
    text.append(tail)
    return text
  }
}
