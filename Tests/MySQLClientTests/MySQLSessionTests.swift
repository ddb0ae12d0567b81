import MySQLClient
import TestServers
import Testing

/// Settings that must hold whatever the server's are.
struct MySQLSessionTests {
  private func settingsHold(_ connection: MySQLConnection, _ flavor: MySQLServer.Flavor) throws {
    #expect(try connection.value("SELECT @@sql_mode") == "STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION")
    #expect(try connection.value("SELECT @@time_zone") == "+00:00")
    #expect(try connection.value("SELECT @@autocommit") == "1")
    #expect(try connection.value("SELECT @@innodb_lock_wait_timeout") == "20")
    #expect(try connection.value("SELECT @@wait_timeout") == "300")
    #expect(try connection.value("SELECT @@character_set_connection") == "utf8mb4")
    let isolation: SQL =
      flavor == .mysql ? "SELECT @@transaction_isolation" : "SELECT @@tx_isolation"
    #expect(try connection.value(isolation) == "REPEATABLE-READ")
  }

  @Test(arguments: MySQLServer.available)
  func aServerSetOtherwiseIsPutRight(flavor: MySQLServer.Flavor) throws {
    let server = try MySQLServer(
      flavor,
      configuration: [
        "sql-mode=", "transaction-isolation=READ-UNCOMMITTED", "default-time-zone=-07:00",
        "character-set-server=latin1", "innodb-lock-wait-timeout=1", "autocommit=0",
        "init-connect=SET autocommit=0, sql_mode='', NAMES latin1",
      ])
    let database = try TestDatabase(server)
    try database.createCounts()
    // init_connect is for all but the privileged.
    _ = try database.read("CREATE USER plain; GRANT ALL ON \(database.name).* TO plain")
    let endpoint = try MySQLEndpoint(url: server.url(database: database.name, user: "plain"))
    do {
      let connection = try MySQLConnection(endpoint)
      try settingsHold(connection, flavor)
      try connection.execute("INSERT INTO t VALUES ('a', 1)", label: "insert")
      let error = try mysqlError {
        try connection.execute("INSERT INTO t VALUES ('b', -1)", label: "insert")
      }
      #expect(error?.code == 1264)
    }
    #expect(try database.read("SELECT k, n FROM t") == "a\t1")
  }

  @Test(arguments: MySQLServer.available)
  func aServerThatEndsEverySessionAtOnceIsRefused(flavor: MySQLServer.Flavor) throws {
    let server = try MySQLServer(flavor, configuration: ["init-connect=this is no SQL"])
    let database = try TestDatabase(server)
    _ = try database.read("CREATE USER plain; GRANT ALL ON \(database.name).* TO plain")
    let endpoint = try MySQLEndpoint(url: server.url(database: database.name, user: "plain"))
    #expect(try mysqlError { _ = try MySQLConnection(endpoint) } != nil)
  }

  @Test(arguments: MySQLServer.available)
  func aSettingTheServerDoesNotKeepIsRefused(flavor: MySQLServer.Flavor) throws {
    var settings = MySQLSessionSettings()
    // Below the least: MySQL and MariaDB make it 1, or refuse it, as strict mode is on or not.
    settings.waitTimeoutSeconds = 0
    let database = try TestDatabase(flavor)
    let error = try mysqlError { _ = try database.connection(settings) }
    #expect(error?.kind == .configuration)
    #expect(error?.operation == "set session")
    #expect(error?.message.contains("wait_timeout") == true)
  }

  @Test(arguments: MySQLServer.available)
  func aKilledSessionIsReplacedWithItsSettings(flavor: MySQLServer.Flavor) throws {
    let testDatabase = try TestDatabase(flavor)
    try testDatabase.createCounts()
    let database = try testDatabase.database()
    var identifiers: Set<String> = []
    try database.transaction("merge") { connection in
      try settingsHold(connection, flavor)
      try connection.execute("INSERT INTO t VALUES ('a', 1)", label: "insert")
      let identifier = try #require(try connection.value("SELECT CONNECTION_ID()"))
      if identifiers.insert(identifier).inserted, identifiers.count == 1 {
        _ = try testDatabase.read("KILL CONNECTION \(identifier)")
      }
      try connection.execute("INSERT INTO t VALUES ('b', 2)", label: "insert")
    }
    #expect(identifiers.count == 2)
    #expect(try testDatabase.read("SELECT k, n FROM t ORDER BY k") == "a\t1\nb\t2")
  }
}
