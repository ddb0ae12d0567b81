import RedisClient
import TestServers
import Testing

struct ScriptTests {
  private static let echo = RedisScript(
    name: "ECHO", source: "return {KEYS[1], ARGV[1], redis.call('INCR', KEYS[1])}")

  private static func call(_ key: [UInt8], _ argument: [UInt8]) -> RedisScriptCall {
    RedisScriptCall(keys: [key], arguments: [argument])
  }

  @Test func aScriptGetsItsKeysAndArgumentsAsBytes() throws {
    let connection = try connected()
    let reply = try connection.evaluate(Self.echo, Self.call([0, 0xff], [0x0d, 0x0a]))
    #expect(reply == .array([.bytes([0, 0xff]), .bytes([0x0d, 0x0a]), .integer(1)]))
  }

  @Test func aScriptTheServerForgotIsSentAsTextAndRunsOnce() throws {
    let server = try RedisServer()
    let connection = try RedisConnection(RedisEndpoint(url: server.url()))
    _ = try connection.evaluate(Self.echo, Self.call([1], []))
    _ = try connection.send(RedisCommand("SCRIPT", "FLUSH"))
    let reply = try connection.evaluate(Self.echo, Self.call([1], []))
    #expect(reply == .array([.bytes([1]), .bytes([]), .integer(2)]))
  }

  @Test func manyCallsSurviveAScriptFlushEachRunningOnce() throws {
    let server = try RedisServer()
    let connection = try RedisConnection(RedisEndpoint(url: server.url()))
    let calls = (0..<2500).map { Self.call(Array("k\($0)".utf8), []) }
    _ = try connection.evaluate(Self.echo, calls)
    _ = try connection.send(RedisCommand("SCRIPT", "FLUSH"))
    let replies = try connection.evaluate(Self.echo, calls)
    #expect(replies == (0..<2500).map { .array([bytes("k\($0)"), .bytes([]), .integer(2)]) })
  }

  @Test func aScriptSurvivesARestartOfTheServer() throws {
    let server = try RedisServer()
    let connection = try RedisConnection(RedisEndpoint(url: server.url()))
    _ = try connection.evaluate(Self.echo, Self.call([1], []))
    server.kill()
    try server.restart()
    let reply = try connection.evaluate(Self.echo, Self.call([1], []))
    #expect(reply == .array([.bytes([1]), .bytes([]), .integer(1)]))
  }

  @Test func anErrorStandsInPlaceAmongManyCalls() throws {
    let connection = try connected()
    _ = try connection.send(RedisCommand("LPUSH", "list", "x"))
    let calls = ["a", "list", "b"].map { Self.call(Array($0.utf8), []) }
    let replies = try connection.evaluate(Self.echo, calls)
    #expect(replies[0] == .array([bytes("a"), .bytes([]), .integer(1)]))
    #expect(replies[1].errorCode == "WRONGTYPE")
    #expect(replies[2] == .array([bytes("b"), .bytes([]), .integer(1)]))
    let error = try failure { _ = try connection.evaluate(Self.echo, calls[1]) }
    #expect(error.kind == .refused(code: "WRONGTYPE"))
    #expect(error.description.hasPrefix("redis script ECHO: WRONGTYPE"))
  }

  @Test func aScriptThatIsNoLuaIsRefused() throws {
    let connection = try connected()
    let script = RedisScript(name: "BROKEN", source: "this is no lua")
    let error = try failure { _ = try connection.evaluate(script, Self.call([], [])) }
    #expect(error.kind == .refused(code: "ERR"))
    #expect(error.description.hasPrefix("redis script BROKEN: ERR Error compiling script"))
  }

  @Test func aUserWhoMayNotLoadScriptsSendsThemAsText() throws {
    let server = try RedisServer(configuration: ["user u on nopass ~* -@all +eval +incr"])
    let connection = try RedisConnection(RedisEndpoint(url: "unix://u@\(server.socketPath)"))
    let reply = try connection.evaluate(Self.echo, Self.call([1], []))
    #expect(reply == .array([.bytes([1]), .bytes([]), .integer(1)]))
  }
}
