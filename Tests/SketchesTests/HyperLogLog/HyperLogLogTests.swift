import Sketches
import TestServers
import Testing

/// The HyperLogLog of Redis, by a real Redis.
struct HyperLogLogTests {
  /// Sparse and dense, up to where nearly no register is empty.
  @Test(arguments: [0, 1, 2, 3, 10, 100, 500, 1500, 3000, 20_000, 200_000])
  func weCountWhatRedisCounts(_ count: Int) throws {
    let redis = try Keys()
    try redis.add(0..<count, to: "a")
    let sketch = try HyperLogLog(redisValue: redis.value("a"))
    #expect(try String(sketch.estimate) == redis.run(["PFCOUNT", "a"]))
    #expect(sketch.isEmpty == (count == 0))
    #expect(count == 0 || abs(Double(sketch.estimate) / Double(count) - 1) < 0.05)
  }

  /// What Redis itself merged, and counts in what we wrote.
  @Test(arguments: [(10, 20), (0, 5), (500, 40_000), (30_000, 30_000)])
  func weMergeAsRedisMerges(_ first: Int, _ second: Int) throws {
    let redis = try Keys()
    try redis.add(0..<first, to: "a")
    try redis.add(first / 2..<first / 2 + second, to: "b")
    try redis.run(["PFMERGE", "both", "a", "b"])
    let a = try HyperLogLog(redisValue: redis.value("a"))
    let b = try HyperLogLog(redisValue: redis.value("b"))
    let both = a.merged(with: b)
    #expect(try both == HyperLogLog(redisValue: redis.value("both")))
    #expect(both == b.merged(with: a))
    #expect(both.merged(with: a) == both)

    try redis.set("ours", to: both.redisValue)
    #expect(try redis.run(["PFCOUNT", "ours"]) == String(both.estimate))
    #expect(try redis.run(["PFCOUNT", "ours", "both"]) == String(both.estimate))
    // Redis goes on with it.
    try redis.add(1_000_000..<1_000_100, to: "ours")
    try redis.add(1_000_000..<1_000_100, to: "both")
    #expect(
      try HyperLogLog(redisValue: redis.value("ours"))
        == HyperLogLog(redisValue: redis.value("both")))
  }

  @Test func denseAndSparseSayTheSame() throws {
    let (sparse, dense) = (try Keys(), try Keys(RedisServer()))
    try dense.run(["CONFIG", "SET", "hll-sparse-max-bytes", "0"])
    try sparse.add(0..<400, to: "a")
    try dense.add(0..<400, to: "a")
    let (small, large) = (try sparse.value("a"), try dense.value("a"))
    #expect(small[4] == 1 && large[4] == 0)
    #expect(try HyperLogLog(redisValue: small) == HyperLogLog(redisValue: large))
    let read = try HyperLogLog(redisValue: small)
    #expect(try HyperLogLog(redisValue: read.redisValue) == read)
  }

  /// Sparse while that is shorter, one and the same for the same registers, and read by Redis.
  @Test(arguments: [0, 1, 10, 500, 2000, 4000, 200_000])
  func theShortestValueIsReadByRedisAndIsTheSameHoweverItWasMade(_ count: Int) throws {
    let redis = try Keys()
    try redis.add(0..<count, to: "a")
    let sketch = try HyperLogLog(redisValue: redis.value("a"))
    let compact = sketch.compactRedisValue
    #expect(compact.count <= 12_304 && (compact.count < 12_304) == (compact[4] == 1))
    #expect(count > 10 || compact.count <= 18 + 6 * count)
    #expect(try HyperLogLog(redisValue: compact) == sketch)
    #expect(try HyperLogLog(redisValue: sketch.redisValue).compactRedisValue == compact)
    try redis.set("ours", to: compact)
    #expect(try redis.run(["PFCOUNT", "ours"]) == String(sketch.estimate))
    try redis.add(1_000_000..<1_000_100, to: "ours")
    try redis.add(1_000_000..<1_000_100, to: "a")
    #expect(
      try HyperLogLog(redisValue: redis.value("ours"))
        == HyperLogLog(redisValue: redis.value("a")))
  }

  @Test(arguments: [0, 1, 50, 5000, 200_000])
  func theTruthLiesBetweenTheBounds(_ count: Int) throws {
    let redis = try Keys()
    try redis.add(0..<count, to: "a")
    let sketch = try HyperLogLog(redisValue: redis.value("a"))
    var width = 0.0
    for kappa in CPCSketch.Kappa.allCases {
      let (lower, upper) = (sketch.lowerBound(kappa: kappa), sketch.upperBound(kappa: kappa))
      #expect(lower <= Double(sketch.estimate) && Double(sketch.estimate) <= upper)
      #expect(upper - lower >= width)
      width = upper - lower
    }
    #expect(sketch.lowerBound(kappa: .three) <= Double(count))
    #expect(sketch.upperBound(kappa: .three) >= Double(count))
  }

  @Test func whatRedisDoesNotWriteIsRefused() throws {
    let empty = Array("HYLL".utf8) + [1, 0, 0, 0] + [UInt8](repeating: 0, count: 8) + [0x7F, 0xFF]
    #expect(try HyperLogLog(redisValue: empty).isEmpty)
    let dense = HyperLogLog().redisValue
    #expect(dense.count == 12_304)
    func refusal(_ bytes: [UInt8]) -> SketchError? {
      do { _ = try HyperLogLog(redisValue: bytes) } catch { return error }
      return nil
    }
    func changed(_ bytes: [UInt8], _ index: Int, _ byte: UInt8) -> [UInt8] {
      var bytes = bytes
      bytes[index] = byte
      return bytes
    }
    #expect(refusal([]) == .wrongLength(expected: 16, found: 0))
    #expect(refusal(changed(empty, 0, 0x68)) == .unknownFormat)
    #expect(refusal(changed(empty, 4, 2)) == .unknownFormat)
    #expect(refusal(changed(empty, 6, 1)) == .contradiction(.reserved))
    #expect(refusal(dense.dropLast()) == .wrongLength(expected: 12_304, found: 12_303))
    #expect(refusal(dense + [0]) == .wrongLength(expected: 12_304, found: 12_305))
    // A register above 51, which no hash gives.
    #expect(refusal(changed(dense, 16, 52)) == .corrupt(.registers))
    #expect(refusal(changed(dense, 16, 51)) == nil)
    for sparse in [[0x7F], [0x7F, 0xFE], [0x7F, 0xFF, 0x00], [0x80], [0x7F, 0xFF, 0x80], []]
      as [[UInt8]]
    {
      #expect(refusal(Array(empty[..<16]) + sparse) == .corrupt(.registers))
    }
  }
}

/// A database of a shared server, for the keys of one test.
private struct Keys {
  let server: RedisServer
  let database: Int

  init(_ server: RedisServer? = nil) throws {
    self.server = try server ?? .shared()
    database = self.server.freshDatabase()
  }

  @discardableResult
  func run(_ command: [String]) throws -> String { try server.run(command, database: database) }

  func add(_ items: Range<Int>, to key: String) throws {
    try run(["PFADD", key])
    var rest = items
    while !rest.isEmpty {
      try run(["PFADD", key] + rest.prefix(10_000).map { "user:\($0)" })
      rest = rest.dropFirst(10_000)
    }
  }

  /// The bytes, which `redis-cli` would take for text: as hexadecimal digits from a script.
  func value(_ key: String) throws -> [UInt8] {
    let script =
      "return (redis.call('GET', KEYS[1]):gsub('.', function(c) return string.format('%02x', c:byte()) end))"
    let digits = Array(try run(["EVAL", script, "1", key]).utf8)
    return stride(from: 0, to: digits.count, by: 2).map {
      UInt8(String(decoding: digits[$0...$0 + 1], as: UTF8.self), radix: 16)!
    }
  }

  func set(_ key: String, to bytes: [UInt8]) throws {
    let script =
      "return redis.call('SET', KEYS[1], (ARGV[1]:gsub('..', function(d) return string.char(tonumber(d, 16)) end)))"
    let digits = bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    try run(["EVAL", script, "1", key, digits])
  }
}
