import Jobs
import RedisClient
import Rules
import Synchronization
import TestServers
import Testing

/// What the service and the runs know of each other.
private final class Meeting: Sendable {
  let finishedRuns = Atomic(0)
  let isCounting = Atomic(true)
}

struct RolloverWriterTests {
  /// A service that counts while counters are moved, by two runs at once, without a lock. It counts
  /// until it was met by enough runs, so that they overlap on the slowest machine.
  @Test func everyIncrementIsCountedOnceWhileTheServiceGoesOn() async throws {
    let fixture = try AdStatFixture()
    let endpoint = fixture.context.redis
    let context = fixture.context
    let codeCount = 50
    let meeting = Meeting()

    let service: @Sendable () throws -> Int = {
      defer { meeting.isCounting.store(false, ordering: .relaxed) }
      let writer = try RedisConnection(endpoint)
      var rounds = 0
      while rounds < 200 || meeting.finishedRuns.load(ordering: .relaxed) < 6 {
        _ = try writer.pipeline(
          (0..<codeCount).map { RedisCommand("INCR", [Array("c\($0)_show".utf8)]) })
        rounds += 1
      }
      return rounds
    }
    let rollovers: @Sendable () throws -> Int = {
      while meeting.isCounting.load(ordering: .relaxed) {
        let outcome = run(RolloverHour(), in: context)
        #expect(outcome.exitCode == 0)
        meeting.finishedRuns.add(1, ordering: .relaxed)
      }
      return 0
    }
    let rounds = try await atOnce([service, rollovers, rollovers]).reduce(0, +)

    fixture.rollOver()
    for code in 0..<codeCount {
      // On a machine that is very slow, some of them under the hour behind.
      let held = try #require(try fixture.hash("c\(code)_day_show_2026-11-20"))
      #expect(Set(held.keys).isSubset(of: ["8", "9"]))
      #expect(held.values.reduce(0) { $0 + (Int($1) ?? 0) } == rounds)
    }
  }
}
