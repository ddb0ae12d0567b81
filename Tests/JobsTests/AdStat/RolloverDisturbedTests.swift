import Jobs
import RedisClient
import Rules
import Synchronization
import TestServers
import Testing

/// What happens to a rollover whose ground moves after its first batch.
struct RolloverDisturbedTests {
  private static let count = 2500

  /// More counters than a batch holds; `disturbance` comes when the first ones have moved.
  private func fixture(
    _ disturbance: @escaping @Sendable (FakeClock, RedisServer) throws -> Void
  ) throws -> AdStatFixture {
    var fixture = try AdStatFixture(at: "2026-11-20 09:00:05")
    fixture.rollOver()
    _ = try fixture.redis.pipeline(
      (0..<RolloverDisturbedTests.count).map {
        RedisCommand("SET", ["c\($0)_show", "1"].map { Array($0.utf8) })
      })
    let (clock, server) = (fixture.clock, fixture.server)
    let isDone = Mutex(false)
    fixture.context.interruption = Interruption {
      isDone.withLock { isDone in
        do {
          // Asked between pages, too, before anything has moved.
          guard !isDone, try server.run(["EXISTS", "tally:adstat"]) == "1",
            try server.run(["EVAL", "return #redis.call('KEYS', '*_day_*')", "0"]) != "0"
          else { return nil }
          isDone = true
          try disturbance(clock, server)
        } catch {
          Issue.record(error)
        }
        return nil
      }
    }
    return fixture
  }

  /// All day hashes' counts, summed by hour and lineage.
  private func sums(_ fixture: AdStatFixture) throws -> [String: Int] {
    let text = try fixture.server.run([
      "EVAL",
      """
      local sums, lines = {}, {}
      for _, key in ipairs(redis.call('KEYS', '*_day_*')) do
        local lineage = redis.call('HGET', key, 'lineage')
        for hour = 0, 23 do
          local count = redis.call('HGET', key, hour)
          if count then
            local name = hour .. ' ' .. lineage
            sums[name] = (sums[name] or 0) + count
          end
        end
      end
      for name, sum in pairs(sums) do lines[#lines + 1] = name .. ' ' .. sum end
      return table.concat(lines, '\\n')
      """, "0",
    ])
    return text.split(separator: "\n").reduce(into: [:]) { sums, line in
      let words = line.split(separator: " ")
      sums["\(words[0]) \(words[1])", default: 0] += Int(words[2]) ?? 0
    }
  }

  @Test func afterStandingStillForHoursTheRestIsBookedUnderTheHourOfItsMove() throws {
    let fixture = try fixture { clock, _ in try clock.set(to: "2026-11-20 17:30:00") }
    let outcome = fixture.rollOver()
    #expect(outcome.failure == nil)
    #expect(outcome.report.changed == RolloverDisturbedTests.count)
    let sums = try sums(fixture)
    #expect(sums.keys.map { $0.prefix { $0 != " " } }.sorted() == ["17", "8"])
    #expect(sums.values.reduce(0, +) == RolloverDisturbedTests.count)
  }

  @Test func anHourEarlierTheRestIsBookedUnderThatHour() throws {
    let fixture = try fixture { clock, _ in try clock.set(to: "2026-11-20 03:30:00") }
    #expect(fixture.rollOver().report.changed == RolloverDisturbedTests.count)
    let sums = try sums(fixture)
    #expect(sums.keys.map { $0.prefix { $0 != " " } }.sorted() == ["3", "8"])
    #expect(sums.values.reduce(0, +) == RolloverDisturbedTests.count)
  }

  @Test func whenTheStateIsLostTheRestMovesUnderANewLineage() throws {
    let fixture = try fixture { _, server in try server.run(["DEL", "tally:adstat"]) }
    let first = try #require(try fixture.state("lineage"))
    let outcome = fixture.rollOver()
    #expect(outcome.failure == nil)
    #expect(outcome.report.changed == RolloverDisturbedTests.count)
    let second = try #require(try fixture.state("lineage"))
    let sums = try sums(fixture)
    #expect(Set(sums.keys) == ["8 \(first)", "8 \(second)"] && first != second)
    #expect(sums.values.reduce(0, +) == RolloverDisturbedTests.count)
    #expect(fixture.observer.warnings.contains { $0.contains("emptied or replaced") })
  }

  @Test func aFlushedRedisHasNothingMoreToMove() throws {
    let fixture = try fixture { _, server in try server.run(["FLUSHALL"]) }
    let outcome = fixture.rollOver()
    #expect(outcome.failure == nil)
    #expect((1..<RolloverDisturbedTests.count).contains(outcome.report.changed))
    #expect(try sums(fixture).isEmpty)
  }
}
