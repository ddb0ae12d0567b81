import RedisClient
import TestServers
import Testing

struct PipelineTests {
  @Test func everyKindOfReplyIsCopied() throws {
    let connection = try connected()
    let replies = try connection.pipeline([
      RedisCommand("SET", "a", "1"), RedisCommand("GET", "a"), RedisCommand("GET", "none"),
      RedisCommand("INCR", "a"), RedisCommand("MGET", "a", "none"), RedisCommand("KEYS", "none"),
      RedisCommand("NONSENSE"),
    ])
    #expect(
      replies.prefix(6) == [
        .status("OK"), bytes("1"), .null, .integer(2), .array([bytes("2"), .null]), .array([]),
      ])
    #expect(replies[6].errorCode == "ERR")
  }

  @Test func aWrongTypeStandsInPlaceAndHidesNoNeighbour() throws {
    let connection = try connected()
    _ = try connection.pipeline([
      RedisCommand("SET", "a", "1"), RedisCommand("LPUSH", "b", "x"), RedisCommand("SET", "c", "3"),
    ])
    let replies = try connection.pipeline(["a", "b", "c"].map { RedisCommand("GET", $0) })
    #expect(replies[0] == bytes("1"))
    #expect(replies[1].errorCode == "WRONGTYPE")
    #expect(replies[2] == bytes("3"))
    let error = try failure { _ = try connection.send(RedisCommand("GET", "b")) }
    #expect(error.kind == .refused(code: "WRONGTYPE"))
    #expect(error.description.hasPrefix("redis GET b: WRONGTYPE Operation against a key"))
  }

  @Test func keysAndValuesAreBytes() throws {
    let connection = try connected()
    let odd: [[UInt8]] = [
      [], [0], [0, 0, 1], [0xff, 0xfe], Array("\r\n".utf8), Array("$3\r\nabc\r\n".utf8),
      Array("😀".utf8), Array("a ".utf8), Array(UInt8.min...UInt8.max),
    ]
    let stored = try connection.pipeline(odd.map { RedisCommand("SET", [$0, $0]) })
    #expect(stored == Array(repeating: .status("OK"), count: odd.count))
    let found = try connection.pipeline(odd.map { RedisCommand("GET", [$0]) })
    #expect(found == odd.map { .bytes($0) })
  }

  @Test func aLongPipelineKeepsItsOrderOverManyChunks() throws {
    let connection = try connected()
    let replies = try connection.pipeline((0..<12_345).map { RedisCommand("ECHO", "\($0)") })
    #expect(replies == (0..<12_345).map { bytes("\($0)") })
  }

  @Test func valuesOfSeveralMegabytesGoThrough() throws {
    let connection = try connected()
    let large = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let replies = try connection.pipeline([
      RedisCommand("SET", [Array("a".utf8), large]), RedisCommand("SET", [Array("b".utf8), large]),
      RedisCommand("GET", "a"), RedisCommand("STRLEN", "b"),
    ])
    #expect(replies[2] == .bytes(large))
    #expect(replies[3] == .integer(3_000_000))
  }

  @Test func nothingToSendIsNothingToWaitFor() throws {
    #expect(try connected().pipeline([]) == [])
  }

  @Test func theServerTellsItsClock() throws {
    let connection = try connected()
    let first = try connection.serverTimeMicroseconds()
    let second = try connection.serverTimeMicroseconds()
    #expect(first > 1_700_000_000_000_000)
    #expect(first <= second && second - first < 60_000_000)
  }

  @Test func theServerTellsWhatItIs() throws {
    let server = try RedisServer(configuration: ["maxmemory-policy noeviction"])
    let connection = try RedisConnection(RedisEndpoint(url: server.url(database: 3)))
    _ = try connection.send(RedisCommand("SET", "a", "1"))
    let info = try connection.serverInfo()
    #expect(info.runID.utf8.count == 40)
    #expect(!info.isReplica && !info.isCluster)
    #expect(info.maxmemoryPolicy == "noeviction")
    #expect(info.evictedKeys == 0)
    #expect(info.version.contains("."))
    #expect(info.keyCount(database: 3) == 1)
    #expect(info.keyCount(database: 4) == 0)
    #expect(info.fields["rdb_last_bgsave_status"] == "ok")
  }
}
