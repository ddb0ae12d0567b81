import MySQLClient
import MySQLStore
import TestServers
import Testing

/// What servers say of their load, and replicas of how far behind they are.
struct ServerLoadTests {
  private func connection(_ server: MySQLServer) throws -> MySQLConnection {
    try MySQLConnection(MySQLEndpoint(url: server.url(database: server.freshDatabase())))
  }

  @Test(arguments: MySQLServer.available)
  func valuesAreFoundWhateverTheCaseOfTheirNames(flavor: MySQLServer.Flavor) throws {
    let connection = try connection(.shared(flavor))
    let values = try ServerLoad.values(
      of: ["Threads_running", "uptime", "UPTIME", "Threads_run_ing", "Ssl_cipher"], on: connection)
    #expect(try #require(values[0]) >= 1)
    #expect(try #require(values[1]) == #require(values[2]))
    #expect(values[3...].allSatisfy { $0 == nil })
  }

  @Test(arguments: MySQLServer.available)
  func aServerThatReplicatesNobodyIsNoReplica(flavor: MySQLServer.Flavor) throws {
    #expect(try ReplicaLag.read(on: connection(.shared(flavor))) == .noReplica)
  }

  @Test(arguments: MySQLServer.available)
  func aReplicaThatWasNotStartedStandsStill(flavor: MySQLServer.Flavor) throws {
    let server = try MySQLServer(flavor, configuration: ["server-id=2"])
    try server.run(Replica.source(port: 1, of: flavor))
    #expect(try ReplicaLag.read(on: connection(server)) == .standing)
  }

  /// On MariaDB each source may have a name, and those that have one are not shown by themselves.
  @Test func ofSeveralSourcesTheWorstCounts() throws {
    let server = try MySQLServer(.mariadb, configuration: ["server-id=2"])
    try server.run(
      "CHANGE MASTER 'east' TO MASTER_HOST = '127.0.0.1', MASTER_PORT = 1, MASTER_USER = 'none'")
    #expect(try ReplicaLag.read(on: connection(server)) == .standing)
  }
}
