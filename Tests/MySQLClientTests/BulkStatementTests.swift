import MySQLClient
import TestServers
import Testing

/// Rows merged by the one text that serves both servers.
struct BulkStatementTests {
  private let head: SQL = "INSERT INTO t (k, n) VALUES"
  private let tail: SQL = """
    /*!80019 AS new */ ON DUPLICATE KEY UPDATE
    n = GREATEST(t.n, /*!80019 new.n */ /*M! VALUES(n) */)
    """

  private func merge(_ rows: [(String, UInt64)], _ connection: MySQLConnection) throws
    -> MySQLResult
  {
    var bulk = BulkStatement(
      head: head, row: "(?,?)", columns: [.bytes(max: 300), .unsigned], tail: tail,
      label: "merge t",
      connection: connection)
    for (name, count) in rows {
      bulk.put(Array(name.utf8))
      bulk.put(count)
      try bulk.endRow()
    }
    return try bulk.finish()
  }

  private func counts(_ database: TestDatabase) throws -> String {
    try database.read("SELECT k, n FROM t ORDER BY k")
  }

  @Test(arguments: MySQLServer.available)
  func affectedRowsTellNewRaisedAndUnchangedApart(flavor: MySQLServer.Flavor) throws {
    let database = try TestDatabase(flavor)
    try database.createCounts()
    let connection = try database.connection()
    #expect(try merge([("a", 10)], connection) == MySQLResult(affectedRows: 1))
    #expect(try merge([("a", 11)], connection) == MySQLResult(affectedRows: 2))
    #expect(try merge([("a", 11)], connection) == MySQLResult(affectedRows: 0))
    #expect(try merge([("a", 9)], connection) == MySQLResult(affectedRows: 0))
    #expect(try merge([("a", 12), ("b", 1), ("A", 3)], connection).affectedRows == 4)
    #expect(try counts(database) == "A\t3\na\t12\nb\t1")
  }

  @Test(arguments: MySQLServer.available)
  func countsAreExactToTheLastBit(flavor: MySQLServer.Flavor) throws {
    let database = try TestDatabase(flavor)
    try database.createCounts()
    let connection = try database.connection()
    let steps: [UInt64] = [
      (1 << 53) - 1, 1 << 53, (1 << 53) + 1, (1 << 63) - 1, 1 << 63, .max - 1, .max,
    ]
    for step in steps {
      #expect(try merge([("a", step)], connection).affectedRows > 0)
      #expect(try counts(database) == "a\t\(step)")
    }
    #expect(try merge([("a", .max - 1)], connection).affectedRows == 0)
    #expect(try counts(database) == "a\t\(UInt64.max)")
  }

  @Test(arguments: MySQLServer.available)
  func manyRowsGoInStatementsOfBoundedSize(flavor: MySQLServer.Flavor) throws {
    let database = try TestDatabase(flavor)
    try database.createCounts()
    let connection = try database.connection()
    let rows = (0..<60_000).map { ("code-\($0)", UInt64($0)) }
    let before = try statementCount(connection)
    #expect(try merge(rows, connection).affectedRows == 60_000)
    #expect(try statementCount(connection) - before == 60)
    #expect(try merge(rows, connection).affectedRows == 0)
    #expect(try database.read("SELECT COUNT(*), SUM(n) FROM t") == "60000\t1799970000")
  }

  private func statementCount(_ connection: MySQLConnection) throws -> Int {
    try count("Com_insert", connection)
  }

  private func count(_ variable: String, _ connection: MySQLConnection) throws -> Int {
    let row = try connection.rows(
      SQL(trusted: "SHOW SESSION STATUS LIKE '\(variable)'"), label: "count")[0]
    return try #require(row[1].flatMap { Int(String(decoding: $0, as: UTF8.self)) })
  }

  @Test(arguments: MySQLServer.available)
  func aSmallPacketShrinksTheStatements(flavor: MySQLServer.Flavor) throws {
    let server = try MySQLServer(flavor, configuration: ["max_allowed_packet=65536"])
    let database = try TestDatabase(server)
    try database.createCounts()
    let connection = try database.connection()
    #expect(connection.maxAllowedPacketBytes == 65536)
    let rows = (0..<10_000).map { ("code-\($0)", UInt64($0)) }
    #expect(try merge(rows, connection).affectedRows == 10_000)
    #expect(try statementCount(connection) > 10_000 * 300 / 16384)
    #expect(try database.read("SELECT COUNT(*) FROM t") == "10000")
  }

  @Test(arguments: MySQLServer.available)
  func aWarningIsAnErrorWithItsWords(flavor: MySQLServer.Flavor) throws {
    let database = try TestDatabase(flavor)
    _ = try database.read("CREATE TABLE w (d DATE NOT NULL) ENGINE=InnoDB")
    let connection = try database.connection()
    var bulk = BulkStatement(
      head: "INSERT INTO w VALUES", row: "(?)", columns: [.bytes(max: 19)], tail: "",
      label: "merge w", connection: connection)
    bulk.put(Array("2026-11-20 11:22:33".utf8))
    try bulk.endRow()
    let error = try mysqlError { _ = try bulk.finish() }
    #expect(error?.kind == .warnings)
    #expect(error?.isRetriable == false)
    #expect(error?.message.contains(flavor == .mysql ? "Note 1292: " : "Note 1265: ") == true)
  }

  @Test(arguments: MySQLServer.available)
  func bytesAreKeptWhateverTheyAre(flavor: MySQLServer.Flavor) throws {
    let database = try TestDatabase(flavor)
    try database.createCounts()
    let connection = try database.connection()
    let values: [[UInt8]] = [
      [], [0], [0x61, 0], [0x27, 0x5C], [0xFF, 0xFE], [0xF0, 0x9F], Array("a ".utf8),
      Array("2026-11-20".utf8), [UInt8](repeating: 0xC3, count: 300),
    ]
    var bulk = BulkStatement(
      head: head, row: "(?,?)", columns: [.bytes(max: 300), .unsigned], tail: tail,
      label: "merge t",
      connection: connection)
    for (number, value) in values.enumerated() {
      bulk.put(value)
      bulk.put(UInt64(number))
      try bulk.endRow()
    }
    #expect(try bulk.finish().affectedRows == UInt64(values.count))
    let rows = try connection.rows("SELECT k FROM t ORDER BY n", label: "read")
    #expect(rows.map { $0[0] } == values)
  }

  /// The server parses a full statement once, however many of them are sent.
  @Test(arguments: MySQLServer.available)
  func aStatementIsParsedOnceAndItsRestOnceMore(flavor: MySQLServer.Flavor) throws {
    let database = try TestDatabase(flavor)
    try database.createCounts()
    let connection = try database.connection()
    #expect(try merge((0..<5007).map { ("\($0)", 1) }, connection).affectedRows == 5007)
    #expect(try count("Com_stmt_prepare", connection) == 2)
    #expect(try count("Com_stmt_execute", connection) == 6)
    #expect(try database.read("SELECT COUNT(*) FROM t") == "5007")
    // What was parsed and is used no more is given back.
    #expect(try count("Com_stmt_close", connection) == 1)
  }

  @Test(arguments: MySQLServer.available)
  func aStatementThatCannotBeParsedIsAnErrorThatNamesIt(flavor: MySQLServer.Flavor) throws {
    let connection = try TestDatabase(flavor).connection()
    let error = try mysqlError { _ = try merge([("a", 1)], connection) }
    #expect(error?.code == 1146 && error?.operation == "merge t")
    // The connection is as good as before.
    #expect(try connection.value("SELECT 1") == "1")
  }

  @Test(arguments: MySQLServer.available)
  func aValueOutOfRangeIsRefusedNotClipped(flavor: MySQLServer.Flavor) throws {
    let database = try TestDatabase(flavor)
    _ = try database.read("CREATE TABLE t (k VARBINARY(9) PRIMARY KEY, n TINYINT UNSIGNED)")
    let connection = try database.connection()
    let error = try mysqlError { _ = try merge([("a", 1), ("b", 256)], connection) }
    #expect(error?.code == 1264)
    #expect(try counts(database) == "")
  }

  @Test(arguments: MySQLServer.available)
  func noRowsMeanNoStatement(flavor: MySQLServer.Flavor) throws {
    let connection = try TestDatabase(flavor).connection()
    #expect(try merge([], connection) == MySQLResult())
  }
}
