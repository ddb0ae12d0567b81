import Foundation
import RedisClient
import Testing

struct HostileServerTests {
  static let pong = "+PONG\r\n"

  @Test(arguments: [
    "garbage\r\n", "\u{0}\u{0}\u{0}\u{0}", "HTTP/1.1 400 Bad Request\r\n\r\n", ":12x\r\n",
    ":99999999999999999999\r\n", "$-2\r\n", "$abc\r\n", "*-2\r\n", "$9223372036854775808\r\n",
    "*2147483647\r\n", "*4294967296\r\n", "*9223372036854775807\r\n", "*5000000\r\n",
    "*3000000\r\n*3000000\r\n",
  ])
  func aReplyThatIsNoneIsAnError(_ reply: String) throws {
    let server = try FakeServer([Self.pong, reply], then: .silence)
    let connection = try impatient(server.socketPath, silenceSeconds: 5)
    let before = try residentMegabytes()
    let error = try failure { _ = try connection.send(RedisCommand("GET", "a")) }
    #expect(error.kind == .malformedReply)
    #expect(error.operation == "GET a")
    // Not repeated: the same would come again.
    #expect(server.connectionCount == 1)
    #expect(try residentMegabytes() - before < 200)
  }

  @Test func arraysWithoutEndInEachOtherAreCutOff() throws {
    let nested = String(repeating: "*1\r\n", count: 100_000)
    let server = try FakeServer([Self.pong, nested], then: .silence)
    let connection = try impatient(server.socketPath, silenceSeconds: 5)
    let error = try failure { _ = try connection.send(RedisCommand("GET", "a")) }
    #expect(error.kind == .malformedReply)
  }

  @Test(arguments: ["$9223372036854775807\r\n", "$2147483647\r\nabc", "*4000000\r\n:1\r\n"])
  func aLengthThatIsNeverFilledTakesNoMemory(_ reply: String) throws {
    let server = try FakeServer([Self.pong, reply], then: .silence)
    let connection = try impatient(server.socketPath, tries: 1)
    let before = try residentMegabytes()
    let error = try failure { _ = try connection.send(RedisCommand("GET", "a")) }
    #expect([.timedOut, .malformedReply].contains(error.kind))
    #expect(try residentMegabytes() - before < 200)
  }

  @Test func aReplyWithoutEndIsCutOff() throws {
    let server = try FakeServer(
      [Self.pong, "$1000000000\r\n"], then: .flood(Array(repeating: 0x61, count: 1 << 20)))
    let connection = try impatient(server.socketPath, silenceSeconds: 10)
    let error = try failure { _ = try connection.send(RedisCommand("GET", "a")) }
    #expect(error.kind == .malformedReply)
    #expect(error.message == "a reply of more than \(64 << 20) bytes")
  }

  @Test func nestingThatRedisMayUseIsRead() throws {
    let server = try FakeServer([Self.pong, "*1\r\n*2\r\n*1\r\n:5\r\n*0\r\n"], then: .silence)
    let connection = try impatient(server.socketPath, silenceSeconds: 5)
    let reply = try connection.send(RedisCommand("GET", "a"))
    #expect(reply == .array([.array([.array([.integer(5)]), .array([])])]))
  }

  @Test(arguments: ["+OK\r\n", "*1\r\n$1\r\n1\r\n", "*2\r\n$1\r\nx\r\n$1\r\n0\r\n", "$-1\r\n"])
  func aTimeThatIsNoneIsAnError(_ reply: String) throws {
    let server = try FakeServer([Self.pong, reply], then: .silence)
    let connection = try impatient(server.socketPath, silenceSeconds: 5)
    #expect(try failure { _ = try connection.serverTimeMicroseconds() }.kind == .malformedReply)
  }

  @Test(arguments: [
    "*1\r\n$1\r\n0\r\n", "*2\r\n$1\r\nx\r\n*0\r\n", "*2\r\n$1\r\n0\r\n*1\r\n:1\r\n",
  ])
  func aScanThatIsNoneIsAnError(_ reply: String) throws {
    let info = "$12\r\nrun_id:abc\r\n\r\n"
    let server = try FakeServer([Self.pong, info, reply], then: .silence)
    let connection = try impatient(server.socketPath, silenceSeconds: 5)
    let error = try failure { try connection.scan(matching: [0x2a]) { _, _ in } }
    #expect(error.kind == .malformedReply)
    #expect(error.operation == "SCAN")
  }
}

/// The memory this process really uses.
private func residentMegabytes() throws -> Int {
  let status = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
  let pages = try #require(status.split(separator: " ").dropFirst().first.flatMap { Int($0) })
  return pages * 4096 >> 20
}
