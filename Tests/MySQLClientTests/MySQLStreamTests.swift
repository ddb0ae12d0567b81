import Foundation
import MySQLClient
import TestServers
import Testing

/// Reading an answer row by row.
struct MySQLStreamTests {
  private struct Enough: Error {}

  /// 200,000 rows of 512 bytes, 100 MB altogether, from a table of ten.
  private func createRows(_ database: TestDatabase) throws {
    let tens = (0..<10).map { "(\($0))" }.joined(separator: ",")
    _ = try database.read("CREATE TABLE d (i INT) ENGINE=InnoDB; INSERT INTO d VALUES \(tens)")
  }

  private let manyRows: SQL = """
    SELECT a.i + 10 * b.i + 100 * c.i + 1000 * e.i + 10000 * f.i + 100000 * g.i, REPEAT('x', 500)
    FROM d a, d b, d c, d e, d f, d g WHERE g.i < 2
    """

  private func residentBytes() throws -> Int {
    let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
      .split(separator: " ")[1]
    return try #require(Int(pages)) * 4096
  }

  @Test(arguments: MySQLServer.available)
  func manyRowsNeedNoMemory(flavor: MySQLServer.Flavor) throws {
    let database = try TestDatabase(flavor)
    try createRows(database)
    let connection = try database.connection()
    let before = try residentBytes()
    var most = 0
    var count = 0
    var sum: UInt64 = 0
    var bytes = 0
    try connection.forEachRow(manyRows, label: "stream") { row in
      count += 1
      sum += row.unsigned(0) ?? 0
      bytes += row.withBytes(1) { span in
        guard let span else { return 0 }
        return span.count
      }
      if count % 20_000 == 0 { most = max(most, try residentBytes()) }
    }
    #expect(count == 200_000)
    #expect(sum == 200_000 * 199_999 / 2)
    #expect(bytes == 100_000_000)
    // Half of what was read: other tests run in this process meanwhile.
    #expect(most - before < 50 << 20)
  }

  @Test(arguments: MySQLServer.available)
  func aClosureThatThrowsInMidStreamLeavesTheDatabaseUsable(flavor: MySQLServer.Flavor) throws {
    let testDatabase = try TestDatabase(flavor)
    try createRows(testDatabase)
    let database = try testDatabase.database()
    let connection = try database.connection()
    var seen = 0
    #expect(throws: Enough.self) {
      try connection.forEachRow(manyRows, label: "stream") { _ in
        seen += 1
        if seen == 3 { throw Enough() }
      }
    }
    #expect(seen == 3)
    #expect(!connection.isUsable)
    let error = try mysqlError { try connection.execute("DO 1", label: "after") }
    #expect(error?.kind == .disconnected)
    #expect(try database.connection().value("SELECT 'here'") == "here")
  }

  @Test(arguments: MySQLServer.available)
  func anErrorInMidStreamIsThrown(flavor: MySQLServer.Flavor) throws {
    let database = try TestDatabase(flavor)
    try createRows(database)
    let connection = try database.connection()
    var seen = 0
    // The subquery has one row for 0 and more for all others.
    let error = try mysqlError {
      try connection.forEachRow(
        "SELECT i, (SELECT e.i FROM d e WHERE e.i <= d.i) FROM d ORDER BY i", label: "stream"
      ) { _ in seen += 1 }
    }
    #expect(error?.code == 1242)
    #expect(seen <= 1)
    #expect(try connection.value("SELECT 'here'") == "here")
  }

  @Test(arguments: MySQLServer.available)
  func aStatementBetweenTheRowsOfAnotherIsRefused(flavor: MySQLServer.Flavor) throws {
    let database = try TestDatabase(flavor)
    try createRows(database)
    let connection = try database.connection()
    var refusals = 0
    try connection.forEachRow("SELECT i FROM d", label: "stream") { _ in
      let error = try mysqlError { try connection.execute("DO 1", label: "between") }
      if error?.kind == .outOfStep { refusals += 1 }
    }
    #expect(refusals == 10)
    #expect(try connection.value("SELECT 'here'") == "here")
  }
}
