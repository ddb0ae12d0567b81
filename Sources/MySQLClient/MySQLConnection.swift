public enum MySQLFlavor: String, Sendable { case mysql, mariadb }

/// One open connection with its settings made and verified; closed by `deinit`.
///
/// After connecting: sql_mode='STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', time_zone='+00:00',
/// autocommit=1, repeatable read, utf8mb4, lock and wait timeouts; all read back, because
/// `init_connect` or a proxy can undo them.
///
/// No multi-statements, no LOCAL INFILE, no option files, no variables of the environment, no silent
/// reconnect.
public final class MySQLConnection {
  public let flavor: MySQLFlavor
  /// Such as `10.11.19-MariaDB`.
  public let serverVersion: String
  public let maxAllowedPacketBytes: Int

  /// False once the connection broke or was given up: make a new one.
  public private(set) var isUsable = true

  private let handle: MySQLHandle
  private var isStreaming = false
  /// The statement with values that was sent last, and its text: bulk statements repeat themselves.
  private var prepared: (text: [UInt8], statement: MySQLStatement)?

  public init(_ endpoint: MySQLEndpoint, settings: MySQLSessionSettings = .init())
    throws(MySQLError)
  {
    let handle = try MySQLHandle()
    try handle.connect(to: endpoint)
    serverVersion = handle.serverVersion
    flavor = serverVersion.contains("MariaDB") ? .mariadb : .mysql
    maxAllowedPacketBytes = try MySQLConnection.prepare(handle, settings, flavor: flavor)
    self.handle = handle
  }

  /// True between START TRANSACTION and the end of that transaction, as the server last said.
  public var isInTransaction: Bool { handle.isInTransaction }

  /// Runs a statement that returns no rows. `label` names it in errors and, as a comment in front,
  /// in the server's process list.
  @discardableResult
  public func execute(_ sql: SQL, label: StaticString) throws(MySQLError) -> MySQLResult {
    try send(sql, label)
    return handle.result()
  }

  /// Runs a statement whose values are sent apart from its text, in the places it marks by `?`.
  func execute(_ sql: SQL, with rows: BulkRows, label: StaticString) throws(MySQLError)
    -> MySQLResult
  {
    do {
      return try statement(sql, label).execute(with: rows, operation: label)
    } catch {
      if error.kind == .disconnected { isUsable = false }
      throw error
    }
  }

  /// Streams the rows of a query; the row is valid inside the closure only.
  ///
  /// Where `body` throws, the rest is not read: the connection is given up, so that it can never be
  /// out of step, and the error passes.
  public func forEachRow(
    _ sql: SQL, label: StaticString, _ body: (borrowing MySQLRow) throws -> Void
  ) throws {
    try send(sql, label)
    guard let rows = MySQLRows(of: handle) else { return }
    isStreaming = true
    defer { isStreaming = false }
    while let row = try next(of: rows, label) {
      do {
        try body(row)
      } catch {
        isUsable = false
        handle.shutDown()
        throw error
      }
    }
  }

  /// All rows of a small result, each of `columnCount` columns where that is said: an answer of another
  /// shape is then an error.
  public func rows(
    _ sql: SQL, of columnCount: Int? = nil, label: StaticString
  ) throws(MySQLError) -> [[[UInt8]?]] {
    try send(sql, label)
    guard let rows = MySQLRows(of: handle) else { return [] }
    var all: [[[UInt8]?]] = []
    while let row = try next(of: rows, label) {
      guard columnCount == nil || columnCount == row.columnCount else {
        isUsable = false
        handle.shutDown()
        throw MySQLError.malformedAnswer(to: "\(label)")
      }
      all.append((0..<row.columnCount).map { row.bytes($0) })
    }
    return all
  }

  /// All rows of a small result by the names of their columns, NULL left out: for answers that have other
  /// columns in each version of a server.
  public func namedRows(_ sql: SQL, label: StaticString) throws(MySQLError) -> [[String: [UInt8]]] {
    try send(sql, label)
    guard let rows = MySQLRows(of: handle) else { return [] }
    let names = rows.columnNames
    var all: [[String: [UInt8]]] = []
    while let row = try next(of: rows, label) {
      var named: [String: [UInt8]] = [:]
      for (column, name) in names.enumerated() { named[name] = row.bytes(column) }
      all.append(named)
    }
    return all
  }

  /// The messages of SHOW WARNINGS for the last statement, at most ten: `Warning 1265: …`.
  public func warnings() throws(MySQLError) -> [String] {
    try rows("SHOW WARNINGS LIMIT 10", of: 3, label: "show warnings").map { row in
      let words = row.map { String(decoding: $0 ?? [], as: UTF8.self) }
      return escapingControls("\(words[0]) \(words[1]): \(words[2])")
    }
  }

  private func send(_ sql: SQL, _ label: StaticString) throws(MySQLError) {
    let text = try sendable(sql, label)
    do {
      try handle.send(text, operation: label)
    } catch {
      if error.kind == .disconnected { isUsable = false }
      throw error
    }
  }

  /// The statement that was sent last, where it has this text; else one that the server parses now.
  private func statement(_ sql: SQL, _ label: StaticString) throws(MySQLError) -> MySQLStatement {
    let text = try sendable(sql, label)
    if let prepared, prepared.text == text { return prepared.statement }
    let statement = try MySQLStatement(text, on: handle, operation: label)
    prepared = (text, statement)
    return statement
  }

  /// The text of a statement, with its label, where it may be sent now and fits a packet.
  private func sendable(_ sql: SQL, _ label: StaticString) throws(MySQLError) -> [UInt8] {
    guard isUsable else {
      throw MySQLError(
        operation: "\(label)", kind: .disconnected, code: 2006,
        message: "the connection was given up before")
    }
    guard !isStreaming else {
      throw MySQLError(
        operation: "\(label)", kind: .outOfStep, code: 2014,
        message: "a statement was sent while the rows of another one are being read")
    }
    let text = labelled(sql, label)
    // The server would answer by closing the connection, which looks like a reason to try again.
    guard text.count < maxAllowedPacketBytes else {
      throw MySQLError(
        operation: "\(label)", code: 1153, sqlState: "08S01",
        message: "a statement of \(text.count) bytes does not fit max_allowed_packet, "
          + "\(maxAllowedPacketBytes) bytes")
    }
    return text
  }

  private func next(of rows: borrowing MySQLRows, _ label: StaticString) throws(MySQLError)
    -> MySQLRow?
  {
    do {
      return try rows.next(of: handle, operation: label)
    } catch {
      if error.kind == .disconnected { isUsable = false }
      throw error
    }
  }

  private func labelled(_ sql: SQL, _ label: StaticString) -> [UInt8] {
    var statement: [UInt8] = []
    statement.reserveCapacity(label.utf8CodeUnitCount + 13 + sql.bytes.count)
    statement += "/* tally ".utf8
    label.withUTF8Buffer { statement += $0 }
    statement += " */ ".utf8
    statement += sql.bytes
    return statement
  }
}
