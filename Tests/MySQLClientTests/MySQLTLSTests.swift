import MySQLClient
import TestServers
import Testing

/// Whom a connection over TCP is made to.
struct MySQLTLSTests {
  /// The error of a connection attempt; nil where it was made, and then with a cipher in use.
  private func attempt(_ port: Int, _ parameters: String) throws -> MySQLError? {
    let url = "mysql://etl:seCret@127.0.0.1:\(port)/mysql\(parameters)"
    return try mysqlError {
      let connection = try MySQLConnection(MySQLEndpoint(url: url))
      let status = try connection.rows("SHOW SESSION STATUS LIKE 'Ssl_cipher'", label: "look")
      #expect((status[0][1] ?? []).isEmpty == parameters.contains("disabled"))
    }
  }

  private func server(_ flavor: MySQLServer.Flavor, _ options: [String]) throws -> MySQLServer {
    let server = try MySQLServer(flavor, configuration: options)
    try server.run("CREATE USER etl IDENTIFIED BY 'seCret'; GRANT SELECT ON mysql.* TO etl")
    return server
  }

  @Test(arguments: MySQLServer.available)
  func aServerIsKnownByItsAuthorityAndItsName(flavor: MySQLServer.Flavor) throws {
    let material = try TLSMaterial()
    let port = try freeTCPPort()
    let server = try server(flavor, material.options("right", port: port))
    defer { server.kill() }
    #expect(try attempt(port, "?ssl-ca=\(material.authority)") == nil)
    #expect(try attempt(port, "?ssl-mode=verify-ca&ssl-ca=\(material.authority)") == nil)
    #expect(try attempt(port, "?ssl-mode=required") == nil)
    #expect(try attempt(port, "?ssl-mode=disabled") == nil)
    for mode in ["verify-ca", "verify-identity"] {
      let other = try attempt(port, "?ssl-mode=\(mode)&ssl-ca=\(material.otherAuthority)")
      #expect(other?.kind == .untrusted)
      let system = try attempt(port, "?ssl-mode=\(mode)")
      #expect(system?.kind == .untrusted)
      let missing = try attempt(port, "?ssl-mode=\(mode)&ssl-ca=/nonexistent/ca.pem")
      #expect(missing?.kind == .untrusted)
    }
  }

  @Test(arguments: MySQLServer.available)
  func anotherServersCertificateIsRefused(flavor: MySQLServer.Flavor) throws {
    let material = try TLSMaterial()
    let port = try freeTCPPort()
    let server = try server(flavor, material.options("elsewhere", port: port))
    defer { server.kill() }
    #expect(try attempt(port, "?ssl-ca=\(material.authority)")?.kind == .untrusted)
    #expect(try attempt(port, "?ssl-mode=verify-ca&ssl-ca=\(material.authority)") == nil)
  }

  @Test(arguments: MySQLServer.available)
  func anExpiredCertificateIsRefused(flavor: MySQLServer.Flavor) throws {
    let material = try TLSMaterial()
    let port = try freeTCPPort()
    let server = try server(flavor, material.options("expired", port: port))
    defer { server.kill() }
    for mode in ["verify-ca", "verify-identity"] {
      let error = try attempt(port, "?ssl-mode=\(mode)&ssl-ca=\(material.authority)")
      #expect(error?.kind == .untrusted)
      #expect(error?.message.contains("expired") == true)
    }
  }

  @Test(arguments: MySQLServer.available)
  func aServerWithoutTLSIsRefused(flavor: MySQLServer.Flavor) throws {
    let port = try freeTCPPort()
    let without = flavor == .mysql ? "tls-version=" : "skip-ssl"
    let server = try server(flavor, ["skip-networking=OFF", "port=\(port)", without])
    defer { server.kill() }
    #expect(try attempt(port, "?ssl-mode=disabled") == nil)
    for mode in ["required", "verify-ca", "verify-identity"] {
      let error = try attempt(port, "?ssl-mode=\(mode)")
      #expect(error?.kind == .untrusted)
      #expect(error?.description.contains("seCret") == false)
    }
  }
}
