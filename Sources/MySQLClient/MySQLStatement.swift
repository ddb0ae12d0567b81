internal import CMariaDB

/// A statement that the server has parsed once and carries out as often as it is sent values.
///
/// It may outlive its connection, and is of no use then. Closing it needs no answer, so that `deinit`
/// cannot fail.
final class MySQLStatement {
  private let statement: UnsafeMutablePointer<MYSQL_STMT>

  /// The corresponding C functions are `mysql_stmt_init` and `mysql_stmt_prepare`.
  init(_ text: [UInt8], on handle: borrowing MySQLHandle, operation: StaticString)
    throws(MySQLError)
  {
    guard let statement = mysql_stmt_init(handle.mysql) else {
      throw MySQLError(operation: "\(operation)", code: 2008, message: "out of memory")
    }
    self.statement = statement
    let failed = text.withUnsafeBytes { bytes in
      mysql_stmt_prepare(
        statement, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), UInt(bytes.count)) != 0
    }
    if failed { throw failure(operation) }
  }

  deinit { mysql_stmt_close(statement) }

  /// Sends all rows that are whole; there must be as many as the statement has places for.
  ///
  /// The corresponding C functions are `mysql_stmt_bind_param` and `mysql_stmt_execute`.
  func execute(with rows: BulkRows, operation: StaticString) throws(MySQLError) -> MySQLResult {
    let valueCount = rows.rowCount * rows.columns.count
    guard mysql_stmt_param_count(statement) == UInt(valueCount) else {
      throw MySQLError(
        operation: "\(operation)", kind: .outOfStep, code: 2031,
        message: "the statement has places for \(mysql_stmt_param_count(statement)) values, "
          + "given were \(valueCount)")
    }
    let failed = withUnsafeTemporaryAllocation(of: MYSQL_BIND.self, capacity: valueCount) { binds in
      binds.initialize(repeating: MYSQL_BIND())
      for value in 0..<valueCount {
        switch rows.columns[value % rows.columns.count] {
        // As a blob, because text would be looked at for its character set.
        case .bytes: binds[value].buffer_type = MYSQL_TYPE_BLOB
        case .unsigned:
          binds[value].buffer_type = MYSQL_TYPE_LONGLONG
          binds[value].is_unsigned = 1
        }
        binds[value].buffer = rows.slot(value)
        binds[value].length = rows.length(value)
      }
      return mysql_stmt_bind_param(statement, binds.baseAddress) != 0
        || mysql_stmt_execute(statement) != 0
    }
    if failed { throw failure(operation) }
    return MySQLResult(
      affectedRows: mysql_stmt_affected_rows(statement),
      warningCount: UInt32(mysql_stmt_warning_count(statement)))
  }

  private func failure(_ operation: StaticString) -> MySQLError {
    let code = mysql_stmt_errno(statement)
    return MySQLError(
      operation: "\(operation)", kind: MySQLHandle.kind(ofFailure: code), code: code,
      sqlState: String(cString: mysql_stmt_sqlstate(statement)),
      message: String(cString: mysql_stmt_error(statement)))
  }
}
