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
    var bulk = BulkStatement(head: head, tail: tail, label: "merge t", connection: connection)
    for (name, count) in rows { try bulk.add("(\(text: name), \(count))") }
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
    // About 32 bytes a row in 1 MB statements.
    #expect(try statementCount(connection) - before <= 3)
    #expect(try merge(rows, connection).affectedRows == 0)
    #expect(try database.read("SELECT COUNT(*), SUM(n) FROM t") == "60000\t1799970000")
  }

  private func statementCount(_ connection: MySQLConnection) throws -> Int {
    let row = try connection.rows("SHOW SESSION STATUS LIKE 'Com_insert'", label: "count")[0]
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
    #expect(try statementCount(connection) > 10_000 * 28 / 16384)
    #expect(try database.read("SELECT COUNT(*) FROM t") == "10000")
  }

  @Test(arguments: MySQLServer.available)
  func aWarningIsAnErrorWithItsWords(flavor: MySQLServer.Flavor) throws {
    let database = try TestDatabase(flavor)
    _ = try database.read("CREATE TABLE w (d DATE NOT NULL) ENGINE=InnoDB")
    let connection = try database.connection()
    var bulk = BulkStatement(
      head: "INSERT INTO w VALUES", tail: "", label: "merge w", connection: connection)
    try bulk.add("('2026-11-20 11:22:33')")
    let error = try mysqlError { _ = try bulk.finish() }
    #expect(error?.kind == .warnings)
    #expect(error?.isRetriable == false)
    #expect(error?.message.contains(flavor == .mysql ? "Note 1292: " : "Note 1265: ") == true)
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
