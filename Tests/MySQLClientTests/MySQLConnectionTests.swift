import MySQLClient
import TestServers
import Testing

/// What one connection does with statements and their values.
struct MySQLConnectionTests {
  @Test(arguments: MySQLServer.available)
  func theServerIsKnownByItsVersion(flavor: MySQLServer.Flavor) throws {
    let connection = try TestDatabase(flavor).connection()
    #expect(connection.flavor.rawValue == flavor.rawValue)
    #expect(try connection.value("SELECT VERSION()") == connection.serverVersion)
    #expect(
      try connection.value("SELECT @@max_allowed_packet")
        == "\(connection.maxAllowedPacketBytes)")
  }

  @Test(arguments: MySQLServer.available)
  func everyByteComesBackAsItWas(flavor: MySQLServer.Flavor) throws {
    let database = try TestDatabase(flavor)
    try database.createCounts()
    let connection = try database.connection()
    let all = (0...255).map { UInt8($0) }
    try connection.execute("INSERT INTO t VALUES (\(all), 1), (\([]), 2)", label: "insert")
    let rows = try connection.rows("SELECT k, n FROM t WHERE k = \(all)", label: "read")
    #expect(rows == [[all, [UInt8(ascii: "1")]]])
    #expect(try database.read("SELECT HEX(k) FROM t WHERE n = 1").count == 512)
    #expect(try connection.value("SELECT n FROM t WHERE k = \([])") == "2")
  }

  @Test(arguments: MySQLServer.available)
  func aRowIsReadColumnByColumn(flavor: MySQLServer.Flavor) throws {
    let connection = try TestDatabase(flavor).connection()
    var seen = 0
    try connection.forEachRow(
      """
      SELECT NULL, '', 'a', 18446744073709551615, '18446744073709551616', -1, x'00FF'
      """, label: "read"
    ) { row in
      seen += 1
      #expect(row.columnCount == 7)
      #expect(row.bytes(0) == nil && row.text(0) == nil && row.unsigned(0) == nil)
      #expect(row.bytes(1) == [] && row.text(1) == "" && row.unsigned(1) == nil)
      #expect(row.text(2) == "a" && row.unsigned(2) == nil)
      #expect(row.unsigned(3) == .max)
      #expect(row.unsigned(4) == nil && row.unsigned(5) == nil)
      #expect(row.bytes(6) == [0, 255])
      #expect(row.withBytes(0) { $0 == nil })
      #expect(
        row.withBytes(6) { span in
          guard let span else { return false }
          return span.count == 2 && span[1] == 255
        })
    }
    #expect(seen == 1)
  }

  @Test(arguments: MySQLServer.available)
  func theProcessListNamesTheStatement(flavor: MySQLServer.Flavor) throws {
    let connection = try TestDatabase(flavor).connection()
    let list = try connection.rows("SHOW FULL PROCESSLIST", label: "look around")
    let statements = list.map { String(decoding: $0[7] ?? [], as: UTF8.self) }
    #expect(statements.contains("/* tally look around */ SHOW FULL PROCESSLIST"))
  }

  @Test(arguments: MySQLServer.available)
  func twoStatementsInOneAreRefused(flavor: MySQLServer.Flavor) throws {
    let connection = try TestDatabase(flavor).connection()
    let error = try mysqlError { try connection.execute("SET @a = 1; SET @a = 2", label: "two") }
    #expect(error?.code == 1064)
    #expect(error?.operation == "two")
    #expect(error?.sqlState == "42000")
  }

  @Test(arguments: MySQLServer.available)
  func aReadOnlySessionIsRefusedItsWritesByTheServer(flavor: MySQLServer.Flavor) throws {
    let database = try TestDatabase(flavor)
    try database.createCounts()
    var settings = MySQLSessionSettings()
    settings.access = .readOnly
    let connection = try database.connection(settings)
    let writes: [SQL] = [
      "INSERT INTO t VALUES ('a', 1)", "UPDATE t SET n = 2", "DELETE FROM t", "DROP TABLE t",
    ]
    for write in writes {
      let error = try mysqlError { try connection.execute(write, label: "write") }
      #expect(error?.code == 1792)
    }
    #expect(try connection.value("SELECT COUNT(*) FROM t") == "0")
  }

  @Test(arguments: MySQLServer.available)
  func aStatementThatFitsNoPacketIsNotSent(flavor: MySQLServer.Flavor) throws {
    let connection = try TestDatabase(flavor).connection()
    let long = [UInt8](repeating: 0, count: connection.maxAllowedPacketBytes / 2)
    let error = try mysqlError { try connection.execute("DO LENGTH(\(long))", label: "long") }
    #expect(error?.code == 1153)
    #expect(error?.isRetriable == false)
    #expect(try connection.value("SELECT 1") == "1")
  }
}
