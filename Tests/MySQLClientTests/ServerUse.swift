import MySQLClient
import TestServers

/// An empty database on a server, and the ways a test gets to it.
struct TestDatabase {
  let server: MySQLServer
  let name: String

  init(_ server: MySQLServer) throws {
    self.server = server
    name = try server.freshDatabase()
  }

  init(_ flavor: MySQLServer.Flavor) throws { try self.init(.shared(flavor)) }

  var endpoint: MySQLEndpoint {
    get throws { try MySQLEndpoint(url: server.url(database: name)) }
  }

  func connection(_ settings: MySQLSessionSettings = .init()) throws -> MySQLConnection {
    try MySQLConnection(endpoint, settings: settings)
  }

  func database(_ settings: MySQLSessionSettings = .init()) throws -> MySQLDatabase {
    try MySQLDatabase(endpoint, settings: settings)
  }

  /// What the command line client reads, past everything that is tested here.
  func read(_ sql: String) throws -> String { try server.run(sql, database: name) }

  /// A table `t` of names and counts.
  func createCounts() throws {
    _ = try read(
      """
      CREATE TABLE t (k VARBINARY(300) NOT NULL PRIMARY KEY, n BIGINT UNSIGNED NOT NULL)
      ENGINE=InnoDB
      """)
  }
}

extension MySQLConnection {
  /// The single value of a query, as text.
  func value(_ sql: SQL) throws -> String? {
    try rows(sql, label: "test").first?.first?.map { String(decoding: $0, as: UTF8.self) }
  }
}

/// The `MySQLError` that `body` throws; nil where it throws none.
func mysqlError(_ body: () throws -> Void) throws -> MySQLError? {
  do {
    try body()
    return nil
  } catch let error as MySQLError {
    return error
  }
}
