import Glibc
import MySQLClient
import TestServers
import Testing

/// What ends a connection before it is one, each with its own code.
struct MySQLLoginTests {
  @Test(arguments: MySQLServer.available)
  func aWrongPasswordIsRefused(flavor: MySQLServer.Flavor) throws {
    let database = try TestDatabase(flavor)
    _ = try database.read(
      "CREATE USER \(database.name) IDENTIFIED BY 'p@ss'; GRANT ALL ON *.* TO \(database.name)")
    var endpoint = try database.endpoint
    endpoint.user = database.name
    for wrong in ["seCret", "", nil] {
      endpoint.password = wrong
      let error = try mysqlError { _ = try MySQLConnection(endpoint) }
      #expect(error?.code == 1045)
      #expect(error?.kind == .refused)
      #expect(error?.isRetriable == false)
      #expect(error?.description.contains("seCret") == false)
    }
    endpoint.password = "p@ss"
    #expect(try MySQLConnection(endpoint).value("SELECT 1") == "1")
  }

  @Test(arguments: MySQLServer.available)
  func anUnknownDatabaseIsRefused(flavor: MySQLServer.Flavor) throws {
    let server = try MySQLServer.shared(flavor)
    let endpoint = try MySQLEndpoint(url: server.url(database: "nobody_made_it"))
    let error = try mysqlError { _ = try MySQLConnection(endpoint) }
    #expect(error?.code == 1049)
    #expect(error?.kind == .refused)
  }

  @Test func aSocketNobodyListensOnIsUnreachable() throws {
    let endpoint = try MySQLEndpoint(url: "mysql://root@localhost/d?socket=/nonexistent/s.sock")
    let error = try mysqlError { _ = try MySQLDatabase(endpoint).connection() }
    #expect(error?.code == 2002)
    #expect(error?.kind == .unreachable)
    #expect(error?.description.contains("/nonexistent/s.sock") == true)
  }

  @Test func aPortNobodyListensOnIsUnreachable() throws {
    let url = "mysql://root@127.0.0.1:\(try freeTCPPort())/d?ssl-mode=disabled"
    let error = try mysqlError { _ = try MySQLConnection(MySQLEndpoint(url: url)) }
    #expect(error?.code == 2002 || error?.code == 2003)
    #expect(error?.kind == .unreachable)
  }

  @Test(arguments: ["a;b", "a,b", "host=a", "", "a b", "a\0b"])
  func aHostTheLibraryWouldReadOtherwiseIsRefused(host: String) throws {
    let endpoint = MySQLEndpoint(
      address: .tcp(host: host, port: 1), user: "u", database: "d", tls: .disabled)
    let error = try mysqlError { _ = try MySQLConnection(endpoint) }
    #expect(error?.kind == .configuration)
  }

  /// In a process of its own, because the variables are taken away once, before the first connection.
  @Test func theEnvironmentHasNoSay() async throws {
    let server = try MySQLServer.shared(.mariadb)
    let database = try TestDatabase(server)
    _ = try database.read("CREATE USER \(database.name) IDENTIFIED BY 'seCret'")
    _ = try database.read("GRANT ALL ON *.* TO \(database.name)")
    let url = server.url(database: database.name, user: database.name)
    await #expect(processExitsWith: .success) { [url = url as String] in
      let variables = [
        "MYSQL_PWD": "seCret", "MYSQL_TCP_PORT": "1", "MYSQL_UNIX_PORT": "/nonexistent",
        "MARIADB_PLUGIN_DIR": "/nonexistent", "LIBMYSQL_PLUGINS": "nonexistent",
      ]
      for (name, value) in variables { setenv(name, value, 1) }
      let error = try mysqlError { _ = try MySQLConnection(MySQLEndpoint(url: url)) }
      #expect(error?.code == 1045)
      for name in variables.keys { #expect(getenv(name) == nil) }
      let withPassword = url.replacing("@", with: ":seCret@")
      #expect(try MySQLConnection(MySQLEndpoint(url: withPassword)).value("SELECT 1") == "1")
    }
  }
}
