import RedisClient
import Rules
import Synchronization
import TestServers
import Testing

@testable import RedisStore

struct RollTests {
  @Test func theWindowIsChosenByTheClockOfRedis() throws {
    let redis = try AdStatServer()
    let lineage = try redis.store.openState().lineage
    try redis.send("SET", "a_show", "5")
    let outcome = try redis.store.roll(
      [redis.counter("a"), redis.counter("none")], lineage: lineage,
      windows: [
        try redis.window("2026-11-18", after: -3000, until: -2000),
        try redis.window("2026-11-19", after: -2000, until: 2000),
        try redis.window("2026-11-20", after: 2000, until: 3000),
      ])
    #expect(outcome.failure == nil)
    #expect(outcome.movedCount == 1 && outcome.unusual == [])
    #expect(try redis.send("HGET", "a_day_show_2026-11-19", "0") == .text("5"))
    #expect(try redis.send("HGET", "a_day_show_2026-11-19", "lineage") == .text("\(lineage)"))
    #expect(try redis.value("a_show") == .null)
  }

  @Test func withoutAWindowForNowCountersStayAndOnlyTheyAreStale() throws {
    let redis = try AdStatServer()
    let lineage = try redis.store.openState().lineage
    try redis.send("SET", "a_show", "5")
    try redis.send("SET", "b_show", "x")
    let outcome = try redis.store.roll(
      [redis.counter("a"), redis.counter("b"), redis.counter("c")], lineage: lineage,
      windows: [try redis.window("2026-11-18", after: -3000, until: -2000)])
    #expect(outcome.movedCount == 0)
    #expect(
      outcome.unusual == [
        Rolled(counter: redis.counter("a"), verdict: .stale),
        Rolled(
          counter: redis.counter("b"),
          verdict: .rejected(reason: "holds 'x', which is no count", isCount: false)),
      ])
    #expect(try redis.value("a_show") == .text("5"))
  }

  @Test func underAnotherLineageNothingMoves() throws {
    let redis = try AdStatServer()
    _ = try redis.store.openState()
    try redis.send("SET", "a_show", "5")
    var random = SystemRandomNumberGenerator()
    let outcome = try redis.store.roll(
      [redis.counter("a")], lineage: Lineage(using: &random),
      windows: [try redis.window("2026-11-18")])
    #expect(outcome.unusual == [Rolled(counter: redis.counter("a"), verdict: .otherLineage)])
    #expect(try redis.value("a_show") == .text("5"))
  }

  @Test(arguments: [("2026-11-18", true), ("2026-11-19", true), ("2026-11-20", false)])
  func underASealedDayNothingIsBooked(day: String, isSealed: Bool) throws {
    let redis = try AdStatServer()
    let lineage = try redis.store.openState().lineage
    try redis.send("HSET", "tally:adstat", "sealed", "2026-11-19")
    try redis.send("SET", "a_show", "5")
    let outcome = try redis.store.roll(
      [redis.counter("a")], lineage: lineage, windows: [try redis.window(day)])
    #expect(outcome.movedCount == (isSealed ? 0 : 1))
    #expect(outcome.unusual.map(\.verdict) == (isSealed ? [.sealed] : []))
    #expect(try redis.value("a_show") == (isSealed ? .text("5") : .null))
  }

  @Test func whatTheScriptForgotAfterARestartIsSentAgain() throws {
    let redis = try AdStatServer()
    let lineage = try redis.store.openState().lineage
    for count in 1...2 {
      try redis.send("SCRIPT", "FLUSH")
      try redis.send("SET", "a_show", "5")
      let outcome = try redis.store.roll(
        [redis.counter("a")], lineage: lineage, windows: [try redis.window("2026-11-20")])
      #expect(outcome.movedCount == 1)
      #expect(try redis.send("HGET", "a_day_show_2026-11-20", "0") == .text("\(5 * count)"))
    }
  }

  @Test func aDayHashOfAnEarlierLifeGoesOnUnderItsOwnLineage() throws {
    let redis = try AdStatServer()
    let lineage = try redis.store.openState().lineage
    var random = SystemRandomNumberGenerator()
    let older = Lineage(using: &random)
    try redis.send("HSET", "a_day_show_2026-11-20", "0", "2", "lineage", "\(older)")
    try redis.send("SET", "a_show", "5")
    let outcome = try redis.store.roll(
      [redis.counter("a")], lineage: lineage, windows: [try redis.window("2026-11-20")])
    #expect(outcome.movedCount == 1)
    #expect(try redis.send("HGET", "a_day_show_2026-11-20", "lineage") == .text("\(older)"))
    #expect(try redis.send("HGET", "a_day_show_2026-11-20", "0") == .text("7"))
  }

  /// SCAN may hand over a key twice, also on one page.
  @Test func aCounterThatIsNamedTwiceInACallMovesOnce() throws {
    let redis = try AdStatServer()
    let lineage = try redis.store.openState().lineage
    try redis.send("SET", "a_show", "5")
    let outcome = try redis.store.roll(
      [redis.counter("a"), redis.counter("a")], lineage: lineage,
      windows: [try redis.window("2026-11-20")])
    #expect(outcome.movedCount == 1)
    #expect(try redis.send("HGET", "a_day_show_2026-11-20", "0") == .text("5"))
  }

  /// What is unusual is told by its place: in the second call of a batch, and between others.
  @Test func theUnusualOnesOfManyAreNamed() throws {
    let redis = try AdStatServer()
    let lineage = try redis.store.openState().lineage
    let codes = (0..<450).map { "c\($0)" }
    for code in codes { try redis.send("SET", "\(code)_show", "2") }
    try redis.send("SET", "c7_show", "07")
    try redis.send("PEXPIRE", "c299_show", "1000000")
    try redis.send("SET", "c333_show", "0")
    try redis.send("SET", "c449_show", "-1")
    let outcome = try redis.store.roll(
      codes.map { redis.counter($0) }, lineage: lineage,
      windows: [try redis.window("2026-11-20")])
    #expect(outcome.movedCount == 447)
    #expect(
      outcome.unusual == [
        Rolled(
          counter: redis.counter("c7"),
          verdict: .rejected(reason: "holds '07', which is no count", isCount: false)),
        Rolled(counter: redis.counter("c299"), verdict: .moved, liveKeyHadTTL: true),
        Rolled(
          counter: redis.counter("c449"),
          verdict: .rejected(reason: "holds '-1', which is no count", isCount: false)),
      ])
  }

  @Test func twoThatOpenAtOnceAgreeOnTheLineage() throws {
    let redis = try AdStatServer()
    let first = try redis.store.openState()
    #expect(try redis.store.openState() == first)
    #expect(first.sealed == nil && first.mark == 0 && first.lastSlot == nil)
  }

  @Test func aDamagedStateIsAnErrorNotANewLife() throws {
    let redis = try AdStatServer()
    _ = try redis.store.openState()
    try redis.send("HSET", "tally:adstat", "sealed", "yesterday")
    #expect(throws: RedisError.self) { try redis.store.openState() }
    try redis.send("HSET", "tally:adstat", "sealed", "2026-11-19", "lineage", "ours")
    #expect(throws: RedisError.self) { try redis.store.openState() }
  }

  @Test func theLastSlotOnlyRises() throws {
    let redis = try AdStatServer()
    _ = try redis.store.openState()
    for (slot, held) in [(100, 100), (50, 100), (200, 200)] {
      try redis.store.raiseLastSlot(to: slot)
      #expect(try redis.store.state()?.lastSlot == held)
    }
  }

  private static let isCall: @Sendable (FaultMessage) -> Bool = { $0.text.contains("EVALSHA") }

  /// Counters for three calls, and a way to them that a plan decides on.
  private func counters(_ redis: AdStatServer) throws -> [LiveCounter] {
    let names = (0..<2 * AdStatStore.countersPerCall + 1).map { "c\($0)" }
    for name in names { try redis.send("SET", "\(name)_show", "1") }
    return names.map { redis.counter($0) }
  }

  private func store(
    _ redis: AdStatServer, through plan: FaultPlan
  ) throws -> (AdStatStore, FaultProxy) {
    let proxy = try FaultProxy(.redis, to: RedisServer.shared().socketPath, plan: plan)
    let url = proxy.redisURL(database: redis.connection.endpoint.database)
    let connection = try RedisConnection(RedisEndpoint(url: url), tries: 1)
    return (AdStatStore(connection, keyspace: Keyspace()), proxy)
  }

  /// Redis would run all that it has read before it looks at what others ask.
  @Test func noCallIsSentBeforeTheLastOneIsAnswered() throws {
    let redis = try AdStatServer()
    let lineage = try redis.store.openState().lineage
    let counters = try counters(redis)
    let plan = FaultPlan()
    let (store, proxy) = try store(redis, through: plan)
    let sent = Mutex<[Int]>([])
    plan.begin(
      (0..<3).map { _ in
        Fault(.beforeReply, where: Self.isCall) {
          let count = plan.messages.filter(Self.isCall).count
          sent.withLock { $0.append(count) }
          return .goOn
        }
      })
    let outcome = try store.roll(
      counters, lineage: lineage, windows: [try redis.window("2026-11-20")])
    #expect(outcome.failure == nil && outcome.movedCount == counters.count)
    #expect(sent.withLock { $0 } == [1, 2, 3])
    _ = proxy
  }

  @Test func whatMovedBeforeAConnectionBrokeIsCounted() throws {
    let redis = try AdStatServer()
    let lineage = try redis.store.openState().lineage
    let counters = try counters(redis)
    let plan = FaultPlan()
    let (store, proxy) = try store(redis, through: plan)
    let calls = Atomic(0)
    plan.begin([
      Fault(
        .beforeForwarding,
        where: { Self.isCall($0) && calls.add(1, ordering: .relaxed).newValue == 2 }
      ) { .cut }
    ])
    let outcome = try store.roll(
      counters, lineage: lineage, windows: [try redis.window("2026-11-20")])
    #expect(outcome.failure?.kind == .disconnected)
    #expect(outcome.movedCount == AdStatStore.countersPerCall)
    #expect(try redis.value("c\(AdStatStore.countersPerCall)_show") == .text("1"))
    _ = proxy
  }
}
