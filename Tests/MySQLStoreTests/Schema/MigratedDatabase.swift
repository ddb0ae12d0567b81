import MySQLClient
import TestServers

@testable import MySQLStore

/// A database of its own with all of tally's tables and views, and a connection to it.
struct MigratedDatabase {
  let server: MySQLServer
  let name: String
  let endpoint: MySQLEndpoint
  let connection: MySQLConnection

  /// On the run's common server, or on one of the test's own.
  init(
    _ flavor: MySQLServer.Flavor, migrations: [Migration] = Migration.all,
    server own: MySQLServer? = nil
  ) throws {
    server = try own ?? MySQLServer.shared(flavor)
    name = try server.freshDatabase()
    endpoint = try MySQLEndpoint(url: server.url(database: name))
    connection = try MySQLConnection(endpoint)
    for migration in migrations { try Schema(on: connection).apply(migration) }
  }

  /// Runs SQL by another client, under the server's own sql_mode.
  @discardableResult
  func run(_ sql: String) throws -> String { try server.run(sql, database: name) }
}
