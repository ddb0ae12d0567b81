import RedisClient
import RedisStore
import Rules
import TestServers
import Testing

struct LoginBitmapsTests {
  private let redis: RedisConnection
  private let bitmaps: LoginBitmaps
  private let august = Month("2026-08")!

  init() throws {
    let server = try RedisServer.shared()
    redis = try RedisConnection(RedisEndpoint(url: server.url(database: server.freshDatabase())))
    bitmaps = LoginBitmaps(redis, Keyspace())
  }

  private func key(_ id: String) -> [UInt8] { Array("loginLog_2026-08_app_\(id)".utf8) }

  private func send(_ name: String, _ words: [UInt8]...) throws -> RedisReply {
    try redis.send(RedisCommand(name, words))
  }

  private func logIn(_ id: String, on day: Int) throws {
    _ = try send("SETBIT", key(id), Array("\(day)".utf8), [UInt8(ascii: "1")])
  }

  private func runs(
    of bitmaps: LoginBitmaps, size: Int = 1000, where isWanted: (Month) -> Bool = { _ in true }
  ) throws -> [LoginRun] {
    var runs: [LoginRun] = []
    try bitmaps.forEachRun(where: isWanted, runSize: size) { finding in
      Issue.record("unexpected \(finding)")
    } progressed: { _, _ in
    } _: { run in
      runs.append(run)
    }
    return runs
  }

  /// The one run there is, as if MySQL had been proven to hold it.
  private func provenRun() throws -> Merged<LoginRun> {
    let runs = try runs(of: bitmaps)
    #expect(runs.count == 1)
    return Merged(provenHeld: try #require(runs.first))
  }

  private func forget(_ merged: consuming Merged<LoginRun>) throws -> [String: LoginBitmaps.Verdict]
  {
    var verdicts: [String: LoginBitmaps.Verdict] = [:]
    try bitmaps.forget(merged) { userMonth, verdict in
      verdicts[String(decoding: userMonth().user.id, as: UTF8.self)] = verdict
    }
    return verdicts
  }

  @Test func everyBitmapOfTheWantedMonthsIsReadOnce() throws {
    for id in 0..<2500 { try logIn("\(id)", on: 1 + id % 31) }
    _ = try send("SETBIT", Array("loginLog_2026-09_app_1".utf8), [0x31], [0x31])
    let runs = try runs(of: bitmaps) { $0 == august }
    #expect(runs.count >= 2)
    #expect(
      runs.allSatisfy {
        $0.count <= 3000 && $0.map(\.key) == $0.map(\.key).sorted()
      })
    let read = runs.flatMap { $0 }
    #expect(
      Dictionary(read.map { (String(decoding: $0.key.user.id, as: UTF8.self), $0.value.days) }) {
        a, _ in a
      }
        == Dictionary(
          uniqueKeysWithValues: (0..<2500).map {
            ("\($0)", LoginDays(bits: 1 << UInt32(1 + $0 % 31)))
          }))
  }

  @Test func whatIsUnchangedIsDeletedToItsLastZeroByte() throws {
    try logIn("1", on: 1)
    _ = try send("SETBIT", key("2"), Array("300".utf8), [UInt8(ascii: "0")])
    _ = try send("SET", key("3"), [])
    #expect(try forget(provenRun()) == ["1": .deleted, "2": .deleted, "3": .deleted])
    #expect(try send("DBSIZE") == .integer(0))
  }

  @Test func aLoginBetweenReadingAndDeletionKeepsTheBitmap() throws {
    try logIn("1", on: 1)
    try logIn("2", on: 1)
    let merged = try provenRun()
    try logIn("1", on: 2)
    #expect(try forget(merged) == ["1": .changed, "2": .deleted])
    #expect(try send("GET", key("1")) == .bytes([0x60]))
  }

  @Test func aLoginThatWasThereAlreadyDoesNotKeepIt() throws {
    try logIn("1", on: 1)
    let merged = try provenRun()
    try logIn("1", on: 1)
    #expect(try forget(merged) == ["1": .deleted])
  }

  @Test func anythingElseThatTookItsPlaceIsKept() throws {
    for id in ["gone", "longer", "other", "empty"] { try logIn(id, on: 1) }
    let merged = try provenRun()
    _ = try send("DEL", key("gone"))
    _ = try send("SET", key("longer"), [0x40, 0])
    _ = try send("DEL", key("other"))
    _ = try send("RPUSH", key("other"), [0x40])
    _ = try send("SET", key("empty"), [])
    #expect(
      try forget(merged) == [
        "gone": .gone, "longer": .changed, "other": .changed, "empty": .changed,
      ])
    #expect(try send("DBSIZE") == .integer(3))
  }

  @Test func aServerThatForgotTheScriptIsTaughtIt() throws {
    try logIn("1", on: 1)
    #expect(try forget(provenRun()) == ["1": .deleted])
    _ = try send("SCRIPT", Array("FLUSH".utf8))
    try logIn("2", on: 1)
    #expect(try forget(provenRun()) == ["2": .deleted])
  }

  @Test func severalBatchesAreForgotten() throws {
    for id in 0..<1200 { try logIn("\(id)", on: 1) }
    #expect(
      try forget(Merged(provenHeld: LoginRun(runs(of: bitmaps).flatMap { $0 }))).count == 1200)
    #expect(try send("DBSIZE") == .integer(0))
  }

  @Test func missingRightsAreAnErrorThatNamesThem() throws {
    let server = try RedisServer()
    let owner = try RedisConnection(RedisEndpoint(url: server.url()))
    _ = try owner.send(RedisCommand("SETBIT", [key("1"), [0x31], [0x31]]))
    let words = ["SETUSER", "etl", "on", "nopass", "~*", "+@all", "-del"]
    _ = try owner.send(RedisCommand("ACL", words.map { Array($0.utf8) }))
    var endpoint = try RedisEndpoint(url: server.url())
    (endpoint.user, endpoint.password) = ("etl", "x")
    let limited = LoginBitmaps(try RedisConnection(endpoint), Keyspace())
    let run = try #require(try runs(of: limited).first)
    let error = #expect(throws: RedisError.self) {
      try limited.forget(Merged(provenHeld: run)) { _, _ in }
    }
    #expect(error?.kind == .refused(code: "NOPERM"))
    #expect(try owner.send(RedisCommand("DBSIZE")) == .integer(1))
  }
}
