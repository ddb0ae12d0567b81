import RedisClient
import TestServers
import Testing

struct BreakingTests {
  @Test func aKilledClientConnectionIsRepeatedUnnoticed() throws {
    let connection = try connected()
    let killer = try connected()
    _ = try connection.send(RedisCommand("SET", "a", "1"))
    guard case .integer(let client) = try connection.send(RedisCommand("CLIENT", "ID")) else {
      Issue.record("no client id")
      return
    }
    #expect(try killer.send(RedisCommand("CLIENT", "KILL", "ID", "\(client)")) == .integer(1))
    // The same database as before, too.
    #expect(try connection.send(RedisCommand("GET", "a")) == bytes("1"))
    #expect(try connection.send(RedisCommand("CLIENT", "ID")) != .integer(client))
  }

  @Test func aServerThatRestartsIsFoundAgain() throws {
    let server = try RedisServer()
    let connection = try RedisConnection(RedisEndpoint(url: server.url(database: 2)))
    _ = try connection.pipeline([RedisCommand("SET", "a", "1"), RedisCommand("SAVE")])
    server.kill()
    try server.restart()
    #expect(try connection.send(RedisCommand("GET", "a")) == bytes("1"))
  }

  @Test func aServerThatIsGoneIsUnreachable() throws {
    let server = try RedisServer()
    let connection = try RedisConnection(RedisEndpoint(url: server.url()), tries: 2)
    server.kill()
    let error = try failure { _ = try connection.send(RedisCommand("GET", "a")) }
    #expect(error.kind == .unreachable)
    #expect(error.description.contains(server.socketPath))
    // Not dead for ever: the next call finds it again.
    try server.restart()
    #expect(try connection.send(RedisCommand("GET", "a")) == .null)
  }

  @Test func aStoppedServerTimesOutWithinItsLimit() throws {
    let server = try RedisServer()
    let connection = try impatient(server.socketPath)
    _ = try connection.send(RedisCommand("SET", "a", "1"))
    server.suspend()
    let clock = ContinuousClock()
    let start = clock.now
    let error = try failure { _ = try connection.send(RedisCommand("GET", "a")) }
    #expect(error.kind == .timedOut)
    #expect(error.message == "no answer within 0.3 s")
    // Once on the old connection, once on a new one, and a pause between.
    #expect(clock.now - start > .seconds(0.6) && clock.now - start < .seconds(4))

    let another = try failure { _ = try impatient(server.socketPath) }
    #expect(another.kind == .timedOut)
    #expect(another.operation == "connect unix://\(server.socketPath)?db=0")

    server.resume()
    #expect(try connection.send(RedisCommand("GET", "a")) == bytes("1"))
  }

  @Test func aLateReplyIsNotTakenForTheNextOne() throws {
    let server = try RedisServer()
    let connection = try impatient(server.socketPath, silenceSeconds: 0.2, tries: 1)
    server.suspend()
    let error = try failure { _ = try connection.send(RedisCommand("ECHO", "first")) }
    #expect(error.kind == .timedOut)
    server.resume()
    #expect(try connection.send(RedisCommand("ECHO", "second")) == bytes("second"))
  }

  @Test func aServerThatAlwaysHangsUpIsTriedABoundedNumberOfTimes() throws {
    let server = try FakeServer(["+PONG\r\n", ""])
    let connection = try impatient(server.socketPath, silenceSeconds: 5, tries: 3)
    let error = try failure { _ = try connection.send(RedisCommand("GET", "a")) }
    #expect(error.kind == .disconnected)
    #expect(error.operation == "GET a")
    #expect(server.connectionCount == 3)
  }

  @Test func aPasswordOrAValueIsNeverInAMessage() throws {
    let server = try FakeServer(["+PONG\r\n", ""])
    let connection = try impatient(server.socketPath, silenceSeconds: 5, tries: 1)
    let password = try failure { _ = try connection.send(RedisCommand("AUTH", "secret")) }
    #expect(password.operation == "AUTH")
    let value = try failure {
      _ = try connection.send(RedisCommand("SET", [[0x61, 0x1b, 0xff], Array("secret".utf8)]))
    }
    #expect(value.operation == "SET a\\x1B\\xFF")
  }
}
