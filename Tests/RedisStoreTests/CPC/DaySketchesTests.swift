import RedisClient
import RedisStore
import Rules
import TestServers
import Testing

struct DaySketchesTests {
  private let redis: RedisConnection
  private let server: RedisServer
  private let database: Int

  init() throws {
    server = try RedisServer.shared()
    database = server.freshDatabase()
    redis = try RedisConnection(RedisEndpoint(url: server.url(database: database)))
  }

  private func store(_ keyspace: Keyspace = Keyspace()) -> DaySketches {
    DaySketches(redis, keyspace: keyspace)
  }

  @discardableResult
  private func send(_ words: String...) throws -> RedisReply {
    try redis.send(RedisCommand(words[0], words.dropFirst().map { Array($0.utf8) }))
  }

  /// `cpc name day` of all that a walk finds, and the keys that it takes offence at.
  private func found(_ store: DaySketches) throws -> (names: Set<String>, faults: [String: String])
  {
    var names: Set<String> = []
    var faults: [String: String] = [:]
    try store.walk { page in
      for name in page.names {
        names.insert("\(name.kind) \(printable(name.name.bytes)) \(name.day)")
      }
      for misnamed in page.misnamed { faults[printable(misnamed.key)] = "\(misnamed.fault)" }
    }
    return (names, faults)
  }

  private func name(_ kind: SketchKind, _ name: String) throws -> DaySketchName {
    DaySketchName(
      day: try #require(CivilDay("2026-11-20")), kind: kind,
      name: try #require(Code(Array(name.utf8))))
  }

  @Test func bothKindsAreFoundByTheEndOfTheirKeysAndNothingElse() throws {
    for key in [
      "cpc:a_2026-11-20", "cpc:a_uv_2026-11-19", "a_uv_2026-11-20", "b_uv_2026-11-20_uv_2026-11-19",
      "cpc:_2026-11-20", "_uv_2026-11-20", "c_uv_2026-02-30", "cpc:a_2026-13-01",
      "cpc:week", "a_day_show_2026-11-20", "tally:x_uv_2026-11-20",
      "loginLog_2026-11_x_uv_2026-11-20",
      "a_uv_2026-11-2x", "uv_2026-11-20",
      "cpc:" + String(repeating: "n", count: 129) + "_2026-11-20",
    ] { try send("SET", key, "x") }
    let (names, faults) = try found(store())
    #expect(
      names == [
        "cpc a 2026-11-20", "cpc a_uv 2026-11-19", "hll a 2026-11-20",
        "hll b_uv_2026-11-20 2026-11-19",
      ])
    #expect(
      faults.filter { $0.key.count < 100 } == [
        "cpc:_2026-11-20": "names no code", "_uv_2026-11-20": "names no code",
        "c_uv_2026-02-30": "names a day that no calendar has",
        "cpc:a_2026-13-01": "names a day that no calendar has",
      ])
    #expect(faults.count == 5)
  }

  @Test func prefixAndHashTagsStandWhereTheyBelong() throws {
    let store = store(Keyspace(prefix: Array("p*:".utf8), hashTags: true))
    #expect(
      try store.key(of: name(.hll, "a")) == Array("p*:{a}_uv_2026-11-20".utf8))
    #expect(try store.key(of: name(.cpc, "a")) == Array("p*:cpc:a_2026-11-20".utf8))
    for key in [
      "p*:{a}_uv_2026-11-20", "p*:cpc:a_2026-11-20", "px:cpc:a_2026-11-20", "p*:b_uv_2026-11-20",
    ] {
      try send("SET", key, "x")
    }
    let (names, faults) = try found(store)
    #expect(names == ["hll a 2026-11-20", "cpc a 2026-11-20"])
    #expect(Array(faults.keys) == ["p*:b_uv_2026-11-20"])
  }

  @Test func whatIsNoneIsNamedAndNeverFetched() throws {
    let names = try ["a", "empty", "gone", "list", "long", "z"].map { try name(.hll, $0) }
    try send("SET", "a_uv_2026-11-20", "x")
    try send("SET", "empty_uv_2026-11-20", "")
    try send("RPUSH", "list_uv_2026-11-20", "x")
    try send("SETRANGE", "long_uv_2026-11-20", "400000000", "x")
    try send("SET", "z_uv_2026-11-20", "y")
    var found: [String] = []
    try store().read(names) { part in
      for one in part {
        let bytes = one.sketch.map { String(decoding: $0.bytes, as: UTF8.self) }
        found.append("\(printable(one.name.name.bytes)) \(bytes ?? one.fault ?? "")")
      }
    }
    #expect(
      found == [
        "a x", "empty is empty, which no sketch is", "list is another type of key, not a string",
        "long has 400000001 bytes, more than any sketch of its kind", "z y",
      ])
  }

  @Test func largeSketchesComeFewAtATime() throws {
    let names = try (0..<9).map { try name(.cpc, "\($0)") }
    for number in 0..<9 {
      try send("SET", "cpc:\(number)_2026-11-20", String(repeating: "x", count: 1000))
    }
    var counts: [Int] = []
    try store().read(names, bytesMax: 2500) { counts.append($0.count) }
    #expect(counts == [3, 3, 3])
  }

  @Test func onlyWhatIsUnchangedIsDeleted() throws {
    var verdicts: [String: DaySketches.Verdict] = [:]
    let all = ["same", "changed", "gone", "other", "empty"]
    let sketches = try all.map { DaySketch(name: try name(.cpc, $0), bytes: [0, 255, 10]) }
    for sketch in sketches {
      _ = try redis.send(RedisCommand("SET", [store().key(of: sketch.name), sketch.bytes]))
    }
    try send("APPEND", "cpc:changed_2026-11-20", "x")
    try send("DEL", "cpc:gone_2026-11-20", "cpc:other_2026-11-20")
    try send("RPUSH", "cpc:other_2026-11-20", "x")
    try send("SET", "cpc:empty_2026-11-20", "")
    try store().forget(Merged(provenHeld: sketches)) {
      verdicts[printable($0.name.bytes)] = $1
    }
    #expect(
      verdicts == [
        "same": .deleted, "changed": .changed, "gone": .gone, "other": .changed, "empty": .changed,
      ])
    #expect(try send("DBSIZE") == .integer(3))
  }

  @Test func manyAndLargeOnesAreForgottenInSeveralScripts() throws {
    let sketches = try (0..<100).map { number in
      DaySketch(
        name: try name(.cpc, "\(number)"),
        bytes: [UInt8](repeating: 7, count: number < 3 ? 900_000 : 10))
    }
    for sketch in sketches {
      _ = try redis.send(RedisCommand("SET", [store().key(of: sketch.name), sketch.bytes]))
    }
    var count = 0
    try store().forget(Merged(provenHeld: sketches)) { count += $1 == .deleted ? 1 : 0 }
    #expect(count == 100)
    #expect(try send("DBSIZE") == .integer(0))
  }
}
