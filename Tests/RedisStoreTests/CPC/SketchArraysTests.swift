import RedisClient
import RedisStore
import TestServers
import Testing

struct SketchArraysTests {
  private let redis: RedisConnection
  private let store: SketchArrays
  private let key = Array("k".utf8)
  private let shape = SketchArrays.Shape(size: 3, windowMilliseconds: 10, lgK: 12)!

  init() throws {
    let server = try RedisServer.shared()
    redis = try RedisConnection(RedisEndpoint(url: server.url(database: server.freshDatabase())))
    store = SketchArrays(redis, keyspace: Keyspace())
  }

  @discardableResult
  private func send(_ words: String...) throws -> RedisReply {
    try redis.send(RedisCommand(words[0], words.dropFirst().map { Array($0.utf8) }))
  }

  private func write(
    _ start: Int, _ old: [UInt8]?, _ new: [UInt8], isNew: Bool = false, expiry: KeyExpiry = .keep
  ) throws -> SketchArrays.Verdict {
    try store.replace(start, of: key, shape, isNew: isNew, old, by: new, expiry: expiry)
  }

  private func windows(_ starts: Int...) throws -> [[UInt8]?] {
    var windows: [[UInt8]?] = []
    try store.forEachWindow(starts, of: key) { windows.append($1) }
    return windows
  }

  @Test func windowsOlderThanSizeTimesWinAreDropped() throws {
    #expect(try write(100, nil, [1], isNew: true) == .written)
    #expect(try write(110, nil, [2]) == .written)
    #expect(try write(120, nil, [3]) == .written)
    #expect(try windows(90, 100, 110, 120, 130) == [nil, [1], [2], [3], nil])
    #expect(try write(130, nil, [4]) == .written)
    #expect(try windows(100, 110, 120, 130) == [nil, [2], [3], [4]])
    #expect(try write(100, nil, [9]) == .tooOld)
    #expect(try write(110, [2], [5]) == .written)
    #expect(try write(1000, nil, [6]) == .written)
    #expect(try send("HLEN", "k") == .integer(4))
    #expect(try store.read(key) == .array(shape))
  }

  @Test func onlyWhatWasReadIsReplaced() throws {
    #expect(try write(100, nil, [1]) == .changed)
    #expect(try write(100, nil, [1], isNew: true) == .written)
    #expect(try write(100, nil, [1], isNew: true) == .written)
    #expect(try write(110, nil, [1], isNew: true) == .changed)
    #expect(try write(100, [7], [2]) == .changed)
    #expect(try write(100, nil, [2]) == .changed)
    #expect(try windows(100, 110) == [[1], nil])
    let other = try #require(SketchArrays.Shape(size: 4, windowMilliseconds: 10, lgK: 12))
    #expect(
      try store.replace(100, of: key, other, isNew: false, [1], by: [2], expiry: .keep) == .changed)
    try send("DEL", "k")
    try send("SET", "k", "x")
    #expect(try write(100, nil, [1], isNew: true) == .changed)
    #expect(try send("GET", "k") == .bytes(Array("x".utf8)))
  }

  @Test func theWholeArrayHasOneTimeToLive() throws {
    #expect(try write(100, nil, [1], isNew: true, expiry: .milliseconds(100_000)) == .written)
    #expect(try write(110, nil, [1]) == .written)
    guard case .integer(let left) = try send("PTTL", "k") else { return }
    #expect((80_000...100_000).contains(left))
    #expect(try write(110, [1], [1], expiry: .drop) == .written)
    #expect(try send("PTTL", "k") == .integer(-1))
  }

  @Test func whatIsNoArrayIsTold() throws {
    #expect(try store.read(key) == .nothing)
    try send("SET", "k", "x")
    #expect(try store.read(key) == .unusable(reason: "is a string, not a hash"))
    try send("DEL", "k")
    try send("HSET", "k", "size", "3")
    #expect(try store.read(key) == .unusable(reason: "is a hash, but no array of sketches"))
    try send("HSET", "k", "win", "10", "lg_k", "99")
    #expect(try store.read(key) == .unusable(reason: "is a hash, but no array of sketches"))
  }

  /// No write would find it unchanged: the script compares digits.
  @Test(arguments: ["03", "+3", " 3", "", "3.0"])
  func aNumberThatIsSpelledInAnotherWayIsNone(_ size: String) throws {
    try send("HSET", "k", "size", size, "win", "10", "lg_k", "12")
    #expect(try store.read(key) == .unusable(reason: "is a hash, but no array of sketches"))
  }

  @Test(arguments: [(0, 10, 12), (1001, 10, 12), (3, 0, 12), (3, 10, 3), (3, 10, 27)])
  func anArrayThatCannotBeIsNotMade(size: Int, win: Int, lgK: Int) {
    #expect(SketchArrays.Shape(size: size, windowMilliseconds: win, lgK: lgK) == nil)
  }
}
