import RedisClient
import Rules
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
    #expect(outcome.rolled.map(\.verdict) == [.moved(5), .nothing])
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
    #expect(
      outcome.rolled.map(\.verdict) == [
        .stale, .rejected(reason: "holds 'x', which is no count", isCount: false), .nothing,
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
    #expect(outcome.rolled.map(\.verdict) == [.otherLineage])
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
    #expect(outcome.rolled.map(\.verdict) == [isSealed ? .sealed : .moved(5)])
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
      #expect(outcome.rolled.map(\.verdict) == [.moved(5)])
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
    #expect(outcome.rolled.map(\.verdict) == [.moved(5)])
    #expect(try redis.send("HGET", "a_day_show_2026-11-20", "lineage") == .text("\(older)"))
    #expect(try redis.send("HGET", "a_day_show_2026-11-20", "0") == .text("7"))
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
}
