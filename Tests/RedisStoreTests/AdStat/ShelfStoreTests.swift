import RedisClient
import Rules
import TestServers
import Testing

@testable import RedisStore

struct ShelfStoreTests {
  private let server: AdStatServer
  private var store: AdStatStore { server.store }

  init() throws { server = try AdStatServer() }

  private func code(_ text: String) -> Code { Code(Array(text.utf8))! }

  private func setting(_ text: String) -> [UInt8] {
    ShelfSetting.beginning + Array("1,\"x\":\"\(text)\"}".utf8)
  }

  /// A write that puts up `text`, or takes down with nil.
  private func write(
    _ name: String, _ text: String?, on systems: Set<String> = ["web"],
    seen: HeldSetting = .nothing, due: Range<Int> = 0..<1 << 40
  ) -> ShelfWrite {
    ShelfWrite(
      wish: ShelfWish(
        code: code(name), dueSpan: text == nil ? 0..<0 : due, setting: text.map(setting),
        systems: text == nil ? [] : systems),
      seen: seen)
  }

  private func shelve(_ writes: ShelfWrite...) throws -> [ShelfVerdict?] {
    try store.shelve(writes, systems: ["web", "app"], until: 1 << 40).verdicts
  }

  private func held(_ names: String...) throws -> [HeldSetting] {
    try store.look(at: names.map(code), systems: []).held
  }

  /// What the shelves of web and app hold of each.
  private func fields(_ names: String...) throws -> [[ShelfField?]] {
    let sight = try store.look(at: names.map(code), systems: ["web", "app"])
    return names.indices.map { Array(sight.fields(at: $0)) }
  }

  @Test func anImageLiesUnderItsCodeForADayAndOnTheShelvesThatShowIt() throws {
    #expect(try shelve(write("a", "1"), write("b", "2", on: ["web", "app"])) == [.done, .done])
    #expect(try server.value("a") == .bytes(setting("1")))
    #expect(try server.send("TTL", "a") == .integer(86_400))
    #expect(try server.send("HGET", "adstat:shelf:app", "b") == .bytes(setting("2")))
    #expect(try fields("a", "b") == [[.setting, .nothing], [.setting, .setting]])
    #expect(try store.shelvedCount(on: "web") == 2)
    #expect(try store.shelvedCount(on: "none") == 0)
  }

  @Test func aChangeTakesItOffTheShelvesThatShowItNoMore() throws {
    _ = try shelve(write("a", "1", on: ["web", "app"]))
    let seen = try held("a")[0]
    #expect(try shelve(write("a", "2", on: ["app"], seen: seen)) == [.done])
    #expect(try fields("a") == [[.nothing, .setting]])
  }

  @Test func takenDownNothingOfItIsLeft() throws {
    _ = try shelve(write("a", "1", on: ["web", "app"]))
    let seen = try held("a")[0]
    #expect(try shelve(write("a", nil, seen: seen)) == [.done])
    #expect(try server.send("DBSIZE") == .integer(0))
  }

  @Test func whoeverComesSecondWritesNothing() throws {
    _ = try shelve(write("a", "1"))
    #expect(try shelve(write("a", "2")) == [.changed])
    #expect(
      try shelve(write("a", nil, seen: .setting(setting("0"), secondsLeft: 9))) == [.changed])
    #expect(
      try shelve(write("b", "2", seen: .setting(setting("1"), secondsLeft: 9))) == [.changed])
    #expect(try server.value("a") == .bytes(setting("1")))
    #expect(try fields("a", "b") == [[.setting, .nothing], [.nothing, .nothing]])
  }

  @Test func whatIsDueIsSaidByTheClockOfRedis() throws {
    let now = try store.now()
    let verdicts = try shelve(
      write("early", "1", due: now + 100..<now + 200), write("late", "1", due: now - 200..<now - 1),
      write("due", "1", due: now - 100..<now + 100))
    #expect(verdicts == [.stale, .stale, .done])
    let stillDue = ShelfWish(
      code: code("due"), dueSpan: now - 100..<now + 100, setting: nil, systems: [])
    let seen = try held("due")[0]
    #expect(try shelve(ShelfWrite(wish: stillDue, seen: seen)) == [.stale])
    #expect(try server.value("due") == .bytes(setting("1")))
  }

  @Test func whatWasReadTooLongAgoIsNotWritten() throws {
    let now = try store.now()
    let outcome = try store.shelve([write("a", "1")], systems: ["web"], until: now - 1)
    #expect(outcome.verdicts == [.stale])
    #expect(try server.send("DBSIZE") == .integer(0))
  }

  @Test func keysOfOthersAreNeverOverwritten() throws {
    try server.send("SET", "text", "hello")
    try server.send("SET", "empty", "")
    try server.send("SET", "json", #"{"other":1}"#)
    try server.send("RPUSH", "list", "x")
    try server.send("SET", "long", String(repeating: "x", count: ShelfSetting.byteCountMax + 2))
    let names = ["text", "empty", "json", "list", "long"]
    let digest = RedisCommand("DEBUG", (["DIGEST-VALUE"] + names).map { Array($0.utf8) })
    let before = try server.connection.send(digest)
    for held in try store.look(at: names.map(code), systems: []).held {
      guard case .foreign = held else {
        Issue.record("\(held)")
        continue
      }
    }
    for name in names {
      #expect(try shelve(write(name, "1")) == [.foreign], "\(name)")
      #expect(try shelve(write(name, nil)) == [.foreign], "\(name)")
    }
    #expect(try server.connection.send(digest) == before)
    #expect(try server.send("DBSIZE") == .integer(5))
  }

  @Test func whereAKeyIsSomebodyElsesTheImageLeavesTheShelves() throws {
    try server.send("HSET", "adstat:shelf:web", "a", "old")
    try server.send("SET", "a", "hello")
    #expect(try shelve(write("a", "1")) == [.foreign])
    #expect(try store.shelvedCount(on: "web") == 0)
  }

  @Test func aSystemWhoseKeyIsNoHashIsToldAndTheOthersAreServed() throws {
    try server.send("SET", "adstat:shelf:web", "x")
    let outcome = try store.shelve(
      [write("a", "1", on: ["web", "app"])], systems: ["web", "app"], until: 1 << 40)
    #expect(outcome.verdicts == [.done] && outcome.refusedSystems == ["web"])
    #expect(try fields("a") == [[nil, .setting]])
    #expect(try store.shelvedCount(on: "web") == nil)
    #expect(try server.value("adstat:shelf:web") == .text("x"))
  }

  @Test func whatLiesOnAShelfIsToldFromWhatLiesUnderItsCode() throws {
    _ = try shelve(write("a", "1", on: ["web", "app"]))
    try server.send("HSET", "adstat:shelf:app", "a", "x", "b", "x", "c", "")
    #expect(
      try fields("a", "b", "c") == [[.setting, .other], [.nothing, .other], [.nothing, .other]])
  }

  @Test func whatWasSaidOfEmptyPositionsIsRemembered() throws {
    func position(_ name: String) -> ShelfPlan.Position { .init(system: "the web", position: name) }
    #expect(try store.positionsSaidEmpty() == [])
    try store.remember([position("top"), position("side")], insteadOf: [])
    #expect(try store.positionsSaidEmpty() == [position("top"), position("side")])
    try store.remember(
      [position("top"), position("ä")], insteadOf: [position("top"), position("side")])
    #expect(try store.positionsSaidEmpty() == [position("top"), position("ä")])
    try store.remember([], insteadOf: store.positionsSaidEmpty())
    #expect(try server.send("DBSIZE") == .integer(0))
  }

  @Test func aWalkFindsEveryCodeOnAShelf() throws {
    let writes = (0..<2500).map { write("c\($0)", "1") }
    _ = try store.shelve(writes, systems: ["web"], until: 1 << 40)
    try server.send(
      "HSET", "adstat:shelf:web", "", "x", String(repeating: "y", count: 129), "x", "x_show", "x")
    var codes: Set<Code> = []
    var others: [[UInt8]] = []
    try store.walkShelf(of: "web") {
      codes.formUnion($0)
      others += $1
    }
    #expect(codes == Set(writes.map(\.wish.code)) && others.count == 3)
    try store.dropFields(others, from: "web")
    #expect(try store.shelvedCount(on: "web") == 2500)
  }

  @Test(arguments: [
    "tally:x", "adstat:x", "cpc:x", "loginLog_x", "x_show", "x_click", "_show",
    "x_day_show_2026-11-20", "x_day_click_2026-02-30",
  ])
  func aCodeWhoseKeyMeansSomethingElseIsRefused(text: String) {
    #expect(AdStatKeys.settingFault(of: code(text)) != nil)
  }

  @Test(arguments: ["x", "show", "x_show_", "x_day_showing", "tally", "loginLog", "x_shows", "{x}"])
  func anyOtherCodeHasAKeyOfItsOwn(text: String) {
    #expect(AdStatKeys.settingFault(of: code(text)) == nil)
  }

  @Test func prefixAndHashTagsStandAroundTheCode() {
    let keys = AdStatKeys(Keyspace(prefix: Array("p:".utf8), hashTags: true))
    #expect(keys.setting(of: code("a")) == Array("p:{a}".utf8))
    #expect(keys.shelf(of: "web") == Array("p:adstat:shelf:web".utf8))
  }
}
