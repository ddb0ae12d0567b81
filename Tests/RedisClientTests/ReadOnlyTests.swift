import RedisClient
import Testing

struct ReadOnlyTests {
  @Test(arguments: [
    RedisCommand("SET", "a", "1"), RedisCommand("del", "a"), RedisCommand("EVAL", "return 1", "0"),
    RedisCommand("EVALSHA", "abc", "0"), RedisCommand("SCRIPT", "LOAD", "return 1"),
    RedisCommand("CONFIG", "SET", "maxmemory", "1"), RedisCommand("GETDEL", "a"),
    RedisCommand("GETEX", "a"), RedisCommand("FLUSHALL"), RedisCommand("MULTI"),
    RedisCommand("CONFIG"), RedisCommand(""),
  ])
  func aWriteIsRefusedBeforeAnythingIsSent(_ command: RedisCommand) throws {
    let server = try FakeServer(["+PONG\r\n", "$-1\r\n"], then: .silence)
    let connection = try RedisConnection(
      RedisEndpoint(address: .unix(path: server.socketPath)), access: .readOnly)
    let single = try failure { _ = try connection.send(command) }
    #expect(single.kind == .readOnlyConnection)
    let many = try failure {
      _ = try connection.pipeline([RedisCommand("GET", "a"), command])
    }
    #expect(many.kind == .readOnlyConnection)
    #expect(server.request == "*1\r\n$4\r\nPING\r\n")
    // The connection is as good as before.
    #expect(try connection.send(RedisCommand("GET", "a")) == .null)
  }

  @Test func aScriptIsRefused() throws {
    let connection = try connected(access: .readOnly)
    let script = RedisScript(name: "SETTER", source: "return redis.call('SET', KEYS[1], 1)")
    let error = try failure {
      _ = try connection.evaluate(script, RedisScriptCall(keys: [Array("a".utf8)], arguments: []))
    }
    #expect(error.kind == .readOnlyConnection)
    #expect(try connection.send(RedisCommand("EXISTS", "a")) == .integer(0))
  }

  @Test func readingWorks() throws {
    let connection = try connected(access: .readOnly)
    let replies = try connection.pipeline([
      RedisCommand("get", "a"), RedisCommand("HGETALL", "a"), RedisCommand("STRLEN", "a"),
      RedisCommand("PTTL", "a"), RedisCommand("CONFIG", "GET", "maxmemory-policy"),
    ])
    #expect(replies.allSatisfy { $0.errorCode == nil })
    #expect(try connection.serverTimeMicroseconds() > 0)
    try connection.scan(matching: Array("*".utf8)) { keys, _ in #expect(keys.isEmpty) }
  }
}
