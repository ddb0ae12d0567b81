internal import CMariaDB
internal import Glibc

/// The library's connection object. Only this file, `MySQLTransport`, `MySQLRows` and
/// `MySQLStatement` call C.
///
/// The handle is closed by `deinit`: closing cannot fail.
struct MySQLHandle: ~Copyable {
  let mysql: UnsafeMutablePointer<MYSQL>

  /// The corresponding C function is `mysql_init`.
  init() throws(MySQLError) {
    try MySQLLibrary.prepare()
    guard let mysql = mysql_init(nil) else {
      throw MySQLError(
        operation: "connect", kind: .configuration, code: 2008, message: "out of memory")
    }
    self.mysql = mysql
  }

  deinit { mysql_close(mysql) }

  /// The corresponding C function is `mysql_get_server_info`.
  var serverVersion: String { mysql_get_server_info(mysql).map { String(cString: $0) } ?? "" }

  var isInTransaction: Bool { mysql.pointee.server_status & UInt32(SERVER_STATUS_IN_TRANS) != 0 }

  /// Sends a statement and waits for the start of its answer.
  ///
  /// The corresponding C function is `mysql_real_query`.
  func send(_ statement: [UInt8], operation: StaticString) throws(MySQLError) {
    let failed = statement.withUnsafeBytes { bytes in
      mysql_real_query(
        mysql, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), UInt(bytes.count)) != 0
    }
    if failed { throw failure("\(operation)") }
  }

  /// What the last statement did; rows it may have returned are thrown away.
  func result() -> MySQLResult {
    guard mysql_field_count(mysql) == 0 else {
      mysql_free_result(mysql_use_result(mysql))
      return MySQLResult(
        affectedRows: 0, warningCount: mysql_warning_count(mysql), lastInsertID: 0)
    }
    return MySQLResult(
      affectedRows: mysql_affected_rows(mysql), warningCount: mysql_warning_count(mysql),
      lastInsertID: mysql_insert_id(mysql))
  }

  /// What the library says of its last failure, on a connection that had been open.
  func failure(_ operation: String) -> MySQLError {
    failure(operation, kind: MySQLHandle.kind(ofFailure: mysql_errno(mysql)))
  }

  /// What a failure on a connection that had been open means, by its number.
  static func kind(ofFailure code: UInt32) -> MySQLError.Kind {
    switch code {
    case UInt32(CR_COMMANDS_OUT_OF_SYNC): .outOfStep
    case MySQLHandle.clientCodes: .disconnected
    default: .refused
    }
  }

  func failure(_ operation: String, kind: MySQLError.Kind) -> MySQLError {
    MySQLError(
      operation: operation, kind: kind, code: mysql_errno(mysql),
      sqlState: String(cString: mysql_sqlstate(mysql)),
      message: String(cString: mysql_error(mysql)))
  }

  /// Ends the connection under the library's feet, so that the rest of a long answer need not be
  /// read; the handle stays to be closed.
  func shutDown() {
    let socket = mysql_get_socket(mysql)
    if socket >= 0 { shutdown(socket, Int32(SHUT_RDWR)) }
  }

  /// Error numbers the library gives itself, not the server.
  static let clientCodes: Range<UInt32> = 2000..<3000
}
