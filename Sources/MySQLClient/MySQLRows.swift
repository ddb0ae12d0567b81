internal import CMariaDB

/// The rows of an answer, read from the network one by one.
///
/// Whoever holds one must end it, by reading to the end or by shutting the connection down first;
/// `deinit` reads away what is left.
struct MySQLRows: ~Copyable {
  private let result: UnsafeMutablePointer<MYSQL_RES>

  /// Nil where the statement returned no rows at all, not even none of them.
  ///
  /// The corresponding C function is `mysql_use_result`.
  init?(of handle: borrowing MySQLHandle) {
    guard let result = mysql_use_result(handle.mysql) else { return nil }
    self.result = result
  }

  deinit { mysql_free_result(result) }

  /// The names of the columns, in their order.
  ///
  /// The corresponding C function is `mysql_fetch_fields`.
  var columnNames: [String] {
    guard let fields = mysql_fetch_fields(result) else { return [] }
    return (0..<Int(mysql_num_fields(result))).map { column in
      fields[column].name.map { String(cString: $0) } ?? ""
    }
  }

  /// The next row, valid until the next call; nil after the last one.
  ///
  /// The corresponding C functions are `mysql_fetch_row` and `mysql_fetch_lengths`.
  func next(of handle: borrowing MySQLHandle, operation: StaticString) throws(MySQLError)
    -> MySQLRow?
  {
    guard let values = mysql_fetch_row(result), let lengths = mysql_fetch_lengths(result) else {
      if mysql_errno(handle.mysql) != 0 { throw handle.failure("\(operation)") }
      return nil
    }
    return MySQLRow(
      values: values, lengths: lengths, columnCount: Int(mysql_num_fields(result)))
  }
}
