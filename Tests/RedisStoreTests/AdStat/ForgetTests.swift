import RedisClient
import Rules
import TestServers
import Testing

@testable import RedisStore

struct ForgetTests {
  private let day = CivilDay("2026-11-20")!

  /// Three hashes of a sealed day, as they were read.
  private func hashes(_ redis: AdStatServer) throws -> (hashes: [DayHash], lineage: Lineage) {
    let lineage = try redis.store.openState().lineage
    _ = try redis.store.seal(day, lineage: lineage, earliest: 0)
    for code in ["a", "b", "c"] {
      try redis.send("HSET", "\(code)_day_show_2026-11-20", "3", "7", "lineage", "\(lineage)")
    }
    let codes = ["a", "b", "c"].map { redis.counter($0).code }
    let found = try redis.store.dayHashes(of: codes, on: day)
    #expect(found.map(\.fault) == [nil, nil, nil])
    return (found.compactMap(\.hash), lineage)
  }

  private func names(_ names: [DayHashName]) -> [String] {
    names.map { String(decoding: $0.code.bytes, as: UTF8.self) }
  }

  @Test(arguments: [
    ["HSET", "b_day_show_2026-11-20", "3", "8"], ["HSET", "b_day_show_2026-11-20", "4", "1"],
    ["HDEL", "b_day_show_2026-11-20", "3"],
    ["HSET", "b_day_show_2026-11-20", "lineage", "00000000000000000000000000000000"],
    ["SET", "b_day_show_2026-11-20", "x"],
  ])
  func onlyWhatIsStillAsItWasProvenIsDeleted(change: [String]) throws {
    let redis = try AdStatServer()
    let (hashes, lineage) = try hashes(redis)
    _ = try redis.connection.send(
      RedisCommand(change[0], change.dropFirst().map { Array($0.utf8) }))
    try redis.send("DEL", "c_day_show_2026-11-20")
    let outcome = try redis.store.forget(Merged(provenHeld: hashes), lineage: lineage)
    #expect(names(outcome.forgotten) == ["a"])
    #expect(names(outcome.changed) == ["b"])
    #expect(names(outcome.gone) == ["c"])
    #expect(try redis.send("EXISTS", "b_day_show_2026-11-20") == .integer(1))
    #expect(try redis.send("EXISTS", "a_day_show_2026-11-20") == .integer(0))
  }

  @Test(arguments: [
    ["HDEL", "tally:adstat", "sealed"], ["HSET", "tally:adstat", "sealed", "2026-11-19"],
    ["DEL", "tally:adstat"],
  ])
  func aDayThatIsNotSealedAnyMoreIsKept(change: [String]) throws {
    let redis = try AdStatServer()
    let (hashes, lineage) = try hashes(redis)
    _ = try redis.connection.send(
      RedisCommand(change[0], change.dropFirst().map { Array($0.utf8) }))
    let outcome = try redis.store.forget(Merged(provenHeld: hashes), lineage: lineage)
    #expect(names(outcome.changed) == ["a", "b", "c"])
  }

  @Test func manyHashesGoInSmallScripts() throws {
    let redis = try AdStatServer()
    let lineage = try redis.store.openState().lineage
    _ = try redis.store.seal(day, lineage: lineage, earliest: 0)
    let codes = (0..<300).map { redis.counter("c\($0)").code }
    _ = try redis.connection.pipeline(
      codes.map { code in
        let name = DayHashName(code: code, metric: .click, day: day)
        let fields = (0..<24).flatMap { ["\($0)", "\($0 * 1000)"] } + ["lineage", "\(lineage)"]
        return RedisCommand(
          "HSET", [redis.store.keys.key(of: name)] + fields.map { Array($0.utf8) })
      })
    let hashes = try redis.store.dayHashes(of: codes, on: day).compactMap(\.hash)
    #expect(hashes.count == 300)
    let outcome = try redis.store.forget(Merged(provenHeld: hashes), lineage: lineage)
    #expect(outcome.forgotten.count == 300)
    #expect(try redis.send("DBSIZE") == .integer(1))
  }
}
