import Foundation
import TestServers
import Testing

struct MySQLServerTests {
  @Test(arguments: MySQLServer.available)
  func whatWasCommittedOutlivesAKill(_ flavor: MySQLServer.Flavor) throws {
    let server = try MySQLServer(flavor)
    let database = try server.freshDatabase()
    try server.run(
      "CREATE TABLE t (a VARBINARY(9)); INSERT INTO t VALUES (x'00FF')", database: database)
    server.kill()
    #expect(throws: (any Error).self) { try server.run("SELECT 1") }
    try server.restart()
    #expect(try server.run("SELECT HEX(a), 1 FROM t", database: database) == "00FF\t1")
  }

  @Test(arguments: MySQLServer.available)
  func theServerIsOfTheFlavourAskedFor(_ flavor: MySQLServer.Flavor) throws {
    let version = try MySQLServer.shared(flavor).run("SELECT VERSION()")
    #expect(version.contains("MariaDB") == (flavor == .mariadb))
  }

  @Test(arguments: MySQLServer.available)
  func extraConfigurationCounts(_ flavor: MySQLServer.Flavor) throws {
    let port = try freeTCPPort()
    let server = try MySQLServer(flavor, configuration: ["skip_networking=OFF", "port=\(port)"])
    #expect(try server.run("SELECT @@port, @@skip_networking") == "\(port)\t0")
    #expect(try MySQLServer.shared(flavor).run("SELECT @@skip_networking") == "1")
  }

  @Test(arguments: MySQLServer.available)
  func aServerGoesWithItsObjectAndTakesItsFolderAlong(_ flavor: MySQLServer.Flavor) throws {
    var server: MySQLServer? = try MySQLServer(flavor)
    let folder = try #require(server?.folder)
    let pid = try #require(server?.processIdentifier)
    server = nil
    #expect(state(of: pid) == nil)
    #expect(!FileManager.default.fileExists(atPath: folder))
  }
}
