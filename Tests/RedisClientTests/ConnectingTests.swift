import Glibc
import RedisClient
import TestServers
import Testing

struct ConnectingTests {
  @Test func aDatabaseIsSelected() throws {
    let server = try RedisServer.shared()
    let (one, other) = (server.freshDatabase(), server.freshDatabase())
    let connection = try RedisConnection(RedisEndpoint(url: server.url(database: one)))
    _ = try connection.send(RedisCommand("SET", "a", "1"))
    let neighbour = try RedisConnection(RedisEndpoint(url: server.url(database: other)))
    #expect(try connection.send(RedisCommand("GET", "a")) == bytes("1"))
    #expect(try neighbour.send(RedisCommand("GET", "a")) == .null)
  }

  @Test func aDatabaseThatDoesNotExistIsRefused() throws {
    let server = try RedisServer(configuration: ["databases 2"])
    let error = try failure { _ = try RedisConnection(RedisEndpoint(url: server.url(database: 7))) }
    #expect(error.kind == .refused(code: "ERR"))
    #expect(error.description.contains("?db=7: ERR DB index is out of range"))
  }

  @Test func refusedConnectionNamesTheAddress() throws {
    let error = try failure {
      _ = try RedisConnection(RedisEndpoint(url: "redis://u:secret@127.0.0.1:\(freePort())/3"))
    }
    #expect(error.kind == .unreachable)
    #expect(error.description.hasPrefix("redis connect redis://u:***@127.0.0.1:"))
    #expect(error.description.hasSuffix("/3: connection refused"))
  }

  @Test(arguments: ["unix:///nonexistent/redis.sock", "redis://127.0.0.1:PORT"])
  func aServerThatIsNotThereIsToldWithinASecond(url: String) throws {
    let url = url.replacing("PORT", with: "\(try freePort())")
    let clock = ContinuousClock()
    let start = clock.now
    let error = try failure { _ = try RedisConnection(RedisEndpoint(url: url)) }
    #expect(error.kind == .unreachable)
    #expect(clock.now - start < .seconds(1))
  }

  @Test func aSocketPathThatTheSystemWouldCutIsRefused() throws {
    let path = "/" + String(repeating: "x", count: 200)
    let error = try failure { _ = try RedisConnection(RedisEndpoint(address: .unix(path: path))) }
    #expect(error.kind == .unreachable)
    #expect(error.message == "the path of the socket is too long")
  }

  @Test func encryptionThatHiredisDoesNotOfferIsRefusedBeforeAnythingIsSent() throws {
    let server = try FakeServer(["+PONG\r\n"])
    var endpoint = RedisEndpoint(address: .unix(path: server.socketPath), password: "secret")
    endpoint.tls = true
    let error = try failure { _ = try RedisConnection(endpoint) }
    #expect(error.kind == .unreachable)
    #expect(error.message.contains("without TLS"))
    #expect(server.connectionCount == 0)
  }

  @Test func thePasswordOfTheDefaultUserOpensTheDoor() throws {
    let server = try RedisServer(configuration: ["requirepass p@ss/wörd"])
    let right = "unix://:p%40ss%2Fw%C3%B6rd@\(server.socketPath)"
    #expect(
      try RedisConnection(RedisEndpoint(url: right)).send(RedisCommand("DBSIZE")) == .integer(0))

    let wrong = try failure {
      _ = try RedisConnection(RedisEndpoint(url: "unix://:guessed@\(server.socketPath)"))
    }
    #expect(wrong.kind == .refused(code: "WRONGPASS"))
    #expect(!wrong.description.contains("guessed"))

    let none = try failure {
      _ = try RedisConnection(RedisEndpoint(url: "unix://\(server.socketPath)"))
    }
    #expect(none.kind == .refused(code: "NOAUTH"))
  }

  @Test func anACLUserIsHeldToItsRights() throws {
    let server = try RedisServer(configuration: ["user reader on >secret ~open* -@all +get +select"]
    )
    let url = "unix://reader:secret@\(server.socketPath)?db=1"
    let connection = try RedisConnection(RedisEndpoint(url: url))
    #expect(try connection.send(RedisCommand("GET", "open")) == .null)
    let key = try failure { _ = try connection.send(RedisCommand("GET", "closed")) }
    #expect(key.kind == .refused(code: "NOPERM"))
    #expect(key.description.hasPrefix("redis GET closed: NOPERM "))
    let command = try failure { _ = try connection.send(RedisCommand("SET", "open", "1")) }
    #expect(command.kind == .refused(code: "NOPERM"))
  }

  @Test func aServerThatIsLoadingIsWaitedFor() throws {
    let loading = "-LOADING Redis is loading the dataset in memory\r\n"
    let server = try FakeServer([loading, loading, "+PONG\r\n", ":7\r\n"], then: .silence)
    let connection = try impatient(server.socketPath, silenceSeconds: 5)
    #expect(try connection.send(RedisCommand("DBSIZE")) == .integer(7))
    #expect(server.connectionCount == 1)
  }

  @Test func aServerThatIsLoadingForTooLongIsRefused() throws {
    let loading = "-LOADING Redis is loading the dataset in memory\r\n"
    let server = try FakeServer(Array(repeating: loading, count: 1000))
    let error = try failure { _ = try impatient(server.socketPath, silenceSeconds: 0.3) }
    #expect(error.kind == .refused(code: "LOADING"))
  }
}

/// A TCP port nobody listens on: given out by the system and closed again.
private func freePort() throws -> UInt16 {
  let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
  defer { close(descriptor) }
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
  var length = socklen_t(MemoryLayout<sockaddr_in>.size)
  let bound = withUnsafeMutablePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
    }
  }
  try #require(bound)
  return address.sin_port.bigEndian
}
