import RedisClient
import RedisStore
import TestServers
import Testing

struct SketchStringsTests {
  private let redis: RedisConnection
  private let store: SketchStrings
  private let key = Array("k".utf8)

  init() throws {
    let server = try RedisServer.shared()
    redis = try RedisConnection(RedisEndpoint(url: server.url(database: server.freshDatabase())))
    store = SketchStrings(redis, keyspace: Keyspace(prefix: Array("p:".utf8)))
  }

  @discardableResult
  private func send(_ words: String...) throws -> RedisReply {
    try redis.send(RedisCommand(words[0], words.dropFirst().map { Array($0.utf8) }))
  }

  private func ttl() throws -> Int64 {
    guard case .integer(let number) = try send("PTTL", "p:k") else { return -9 }
    return number
  }

  @Test func whatLiesUnderAKeyIsTold() throws {
    #expect(try store.read(key) == .nothing)
    try send("SET", "p:k", "")
    #expect(try store.read(key) == .bytes([]))
    _ = try redis.send(RedisCommand("SET", [Array("p:k".utf8), [0, 255]]))
    #expect(try store.read(key) == .bytes([0, 255]))
    try send("DEL", "p:k")
    try send("HSET", "p:k", "f", "v")
    #expect(try store.read(key) == .unusable(reason: "is a hash, not a string"))
    try send("DEL", "p:k")
    try send("SETRANGE", "p:k", "41000000", "x")
    #expect(try store.read(key) == .unusable(reason: "has more bytes than any sketch"))
  }

  @Test func onlyWhatWasReadIsReplaced() throws {
    #expect(try !store.replace(key, [1], by: [2], expiry: .keep))
    #expect(try send("EXISTS", "p:k") == .integer(0))
    #expect(try store.replace(key, nil, by: [1, 0], expiry: .keep))
    #expect(try !store.replace(key, nil, by: [2], expiry: .keep))
    #expect(try !store.replace(key, [3], by: [2], expiry: .keep))
    #expect(try store.read(key) == .bytes([1, 0]))
    #expect(try store.replace(key, [1, 0], by: [2], expiry: .keep))
    // After a lost reply the same is asked again.
    #expect(try store.replace(key, [1, 0], by: [2], expiry: .keep))
    #expect(try store.read(key) == .bytes([2]))
    try send("DEL", "p:k")
    try send("RPUSH", "p:k", "x")
    #expect(try !store.replace(key, [2], by: [3], expiry: .keep))
    #expect(try send("LLEN", "p:k") == .integer(1))
  }

  /// EX 0 keeps, EX -1 takes off, as TairCpc does it.
  @Test func theTimeToLiveIsKeptSetAndTakenOff() throws {
    #expect(try store.replace(key, nil, by: [1], expiry: .keep))
    #expect(try ttl() == -1)
    #expect(try store.replace(key, [1], by: [2], expiry: .milliseconds(100_000)))
    #expect((90_000...100_000).contains(try ttl()))
    #expect(try store.replace(key, [2], by: [3], expiry: .keep))
    #expect((80_000...100_000).contains(try ttl()))
    #expect(try store.replace(key, [3], by: [4], expiry: .drop))
    #expect(try ttl() == -1)
    #expect(try store.replace(key, [4], by: [4], expiry: .atMilliseconds(4_000_000_000_000)))
    #expect(try ttl() > 1_000_000_000)
    #expect(try store.replace(key, [4], by: [5], expiry: .atMilliseconds(1)))
    #expect(try store.read(key) == .nothing)
  }

  @Test func aMissingRightIsAnErrorThatNamesIt() throws {
    let server = try RedisServer()
    try server.run(["ACL", "SETUSER", "etl", "on", "nopass", "~*", "+@all", "-set"])
    var endpoint = try RedisEndpoint(url: server.url())
    (endpoint.user, endpoint.password) = ("etl", "x")
    let limited = SketchStrings(try RedisConnection(endpoint), keyspace: Keyspace())
    let error = #expect(throws: RedisError.self) {
      try limited.replace(key, nil, by: [1], expiry: .keep)
    }
    #expect(error?.kind == .refused(code: "NOPERM"))
  }
}
