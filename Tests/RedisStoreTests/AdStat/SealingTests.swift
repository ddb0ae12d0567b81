import RedisClient
import Rules
import TestServers
import Testing

@testable import RedisStore

struct SealingTests {
  private let day = CivilDay("2026-11-20")!

  private var strange: Lineage {
    var random = SystemRandomNumberGenerator()
    return Lineage(using: &random)
  }

  @Test func aDayIsSealedNotBeforeItsTimeAndStaysSealed() throws {
    let redis = try AdStatServer()
    let lineage = try redis.store.openState().lineage
    let now = try redis.store.now()
    #expect(try redis.store.seal(day, lineage: lineage, earliest: now + 1000) == .early)
    #expect(try redis.store.state()?.sealed == nil)
    #expect(try redis.store.seal(day, lineage: strange, earliest: now) == .otherLineage)
    #expect(try redis.store.seal(day, lineage: lineage, earliest: now) == .done)
    // What is sealed is no question of time any more.
    for sealed in [day, day.advanced(by: -1)] {
      #expect(try redis.store.seal(sealed, lineage: lineage, earliest: now + 1000) == .done)
    }
    #expect(try redis.store.state()?.sealed == day)
  }

  @Test func theMarkOnlyRisesAndWantsItsDaySealed() throws {
    let redis = try AdStatServer()
    let lineage = try redis.store.openState().lineage
    #expect(try redis.store.mark(5, lineage: lineage, sealed: day) == .notSealed)
    #expect(try redis.store.mark(5, lineage: strange, sealed: nil) == .otherLineage)
    #expect(try redis.store.state()?.mark == 0)
    #expect(try redis.store.mark(5, lineage: lineage, sealed: nil) == .done)
    #expect(try redis.store.mark(3, lineage: lineage, sealed: nil) == .done)
    #expect(try redis.store.state()?.mark == 5)
    #expect(try redis.store.seal(day, lineage: lineage, earliest: 0) == .done)
    #expect(try redis.store.mark(6, lineage: lineage, sealed: day) == .done)
    #expect(try redis.store.mark(7, lineage: lineage, sealed: day.advanced(by: 1)) == .notSealed)
    #expect(try redis.store.state()?.mark == 6)
  }
}
