import MySQLClient
import Testing

struct MySQLURLTests {
  private func endpoint(_ url: String) throws -> MySQLEndpoint { try MySQLEndpoint(url: url) }

  /// The message of the refusal; nil where the URL was accepted.
  private func refusal(_ url: String) -> String? {
    do {
      _ = try MySQLEndpoint(url: url)
      return nil
    } catch {
      return error.description
    }
  }

  @Test func aPlainURLVerifiesTheServerByDefault() throws {
    let endpoint = try endpoint("mysql://etl@db.example/shop")
    #expect(endpoint.address == .tcp(host: "db.example", port: 3306))
    #expect(endpoint.user == "etl")
    #expect(endpoint.password == nil)
    #expect(endpoint.database == "shop")
    #expect(endpoint.tls == .verifyIdentity)
    #expect(endpoint.caFile == nil)
    #expect(endpoint.connectTimeoutSeconds == 5)
    #expect(endpoint.readTimeoutSeconds == 60)
    #expect(endpoint.writeTimeoutSeconds == 60)
  }

  @Test func everyPartIsDecoded() throws {
    let endpoint = try endpoint(
      "MySQL://e%40tl:p%3A%2F%3F%23%25%C3%A4@[::1]:3307/sh%20op?ssl-ca=/etc/%63a.pem")
    #expect(endpoint.address == .tcp(host: "::1", port: 3307))
    #expect(endpoint.user == "e@tl")
    #expect(endpoint.password == "p:/?#%ä")
    #expect(endpoint.database == "sh op")
    #expect(endpoint.caFile == "/etc/ca.pem")
  }

  @Test func aPasswordMayHaveAColonAndBeEmpty() throws {
    #expect(try endpoint("mysql://etl:a:b@h/d").password == "a:b")
    #expect(try endpoint("mysql://etl:@h/d").password == "")
    #expect(try endpoint("mysql://etl:a@b@h/d").password == "a@b")
  }

  @Test(arguments: ["localhost", "", "LOCALHOST"])
  func aSocketIsPlainTextByDefault(host: String) throws {
    let endpoint = try endpoint("mysql://root@\(host)/d?socket=/run/my%20sql.sock&read-timeout=7")
    #expect(endpoint.address == .unix(path: "/run/my sql.sock"))
    #expect(endpoint.tls == .disabled)
    #expect(endpoint.readTimeoutSeconds == 7)
  }

  @Test(arguments: [
    ("disabled", MySQLEndpoint.TLSMode.disabled), ("REQUIRED", .required),
    ("Verify_CA", .verifyCA), ("verify-ca", .verifyCA), ("VERIFY_IDENTITY", .verifyIdentity),
    ("verify-identity", .verifyIdentity),
  ])
  func theUsualWordsForTLSAreUnderstood(word: String, mode: MySQLEndpoint.TLSMode) throws {
    #expect(try endpoint("mysql://u@h/d?ssl-mode=\(word)").tls == mode)
  }

  @Test(arguments: [
    ("postgres://u@h/d", "does not begin with mysql://"),
    ("mysql://h/d", "no user"),
    ("mysql://:p@h/d", "no user"),
    ("mysql://u@/d", "no host"),
    ("mysql://u@h", "no database"),
    ("mysql://u@h/", "no database"),
    ("mysql://u@h/a/b", "more than one path segment"),
    ("mysql://u@h:0/d", "port"),
    ("mysql://u@h:65536/d", "port"),
    ("mysql://u@h:+1/d", "port"),
    ("mysql://u@h:/d", "port"),
    ("mysql://u@[::1/d", "not closed"),
    ("mysql://u@[::1]x/d", "port"),
    ("mysql://u@a;b/d", "one name"),
    ("mysql://u@a,b/d", "one name"),
    ("mysql://u@a%3Dpassword/d", "one name"),
    ("mysql://u@h/d%00", "zero byte"),
    ("mysql://u@h/%ff", "UTF-8"),
    ("mysql://u@h/%4", "hexadecimal"),
    ("mysql://u@h/d#x", "# stands behind"),
    ("mysql://u@h/d?ssl-mode=preferred", "disabled, required, verify-ca, verify-identity"),
    ("mysql://u@h/d?ssl-mode=", "ssl-mode has no value"),
    ("mysql://u@h/d?ssl-mode", "ssl-mode has no value"),
    ("mysql://u@h/d?ssl-mode=disabled&ssl-mode=required", "given twice"),
    ("mysql://u@h/d?ssl-mode=required&ssl-ca=/ca.pem", "ssl-ca goes with"),
    ("mysql://u@/d?socket=/s&ssl-ca=/ca.pem", "ssl-ca goes with"),
    ("mysql://u@other/d?socket=/s", "localhost or empty"),
    ("mysql://u@h/d?read-timeout=0", "1 to 86400"),
    ("mysql://u@h/d?connect-timeout=1.5", "1 to 86400"),
    ("mysql://u@h/d?read-timeout=99999999999999999999", "1 to 86400"),
    (
      "mysql://u@h/d?sslmode=required",
      "socket, ssl-mode, ssl-ca, connect-timeout, read-timeout, write-timeout"
    ),
  ])
  func aWrongURLIsRefusedInWordsThatHelp(url: String, words: String) {
    let message = refusal(url)
    #expect(message?.contains(words) == true, "said: \(message ?? "nothing")")
    #expect(message?.contains("expected mysql://user[:password]@host[:port]/database") == true)
  }

  @Test func aSocketPathTooLongForTheSystemIsRefused() {
    let path = "/" + String(repeating: "s", count: 107)
    #expect(refusal("mysql://u@localhost/d?socket=\(path)")?.contains("1 to 107 bytes") == true)
    #expect(refusal("mysql://u@localhost/d?socket=\(path.dropLast())") == nil)
  }

  @Test(arguments: [
    "mysql://u:seCret%zz@h/d", "mysql://u:seC/ret@h/d", "mysql://u:seC?ret@h/d",
    "mysql://u:seC#ret@h/d", "mysql://u:h:seCret/d", "mysql://u@h:seCret/d",
    "mysql://u:x@h/d?seCret", "mysql://u:x@h/d?ssl-mode=seCret", "mysql:/u:seCret@h/d",
    "mysql://u:seCret@/d", "mysql://u:seCret@h/d?x=y", "mysql://u:x@seCret;/d",
  ])
  func noMessageRepeatsWhatMayBeAPassword(url: String) throws {
    let message = try #require(refusal(url))
    #expect(!message.contains("seC"))
    #expect(!message.contains("ret@") && !message.contains("Cret"))
  }

  @Test func aDescriptionHidesThePassword() throws {
    let tcp = try endpoint("mysql://etl:seCret@[::1]:3307/shop")
    #expect("\(tcp)" == "mysql://etl:***@[::1]:3307/shop?ssl-mode=verify-identity")
    #expect(String(reflecting: [tcp]).contains("seCret") == false)
    let socket = try endpoint("mysql://etl@localhost/shop?socket=/run/s.sock")
    #expect("\(socket)" == "mysql://etl@localhost/shop?socket=/run/s.sock")
  }
}
