import Jobs
import RedisClient
import Rules
import Synchronization
import TestServers
import Testing

/// What the threads of a test know of each other.
private final class Service: Sendable {
  /// Increments that were begun, and those that are done.
  let begun = Atomic(0)
  let done = Atomic(0)
  let isAsking = Atomic(true)
}

/// Reports while the service counts, counters move and days are archived.
struct ReportAtOnceTests {
  /// Every report says no less than was counted when it began, and no more than when it ended.
  @Test(arguments: MySQLServer.available)
  func noCountIsMissedOrCountedTwice(flavor: MySQLServer.Flavor) async throws {
    let fixture = try AdStatFixture(at: "2026-11-20 09:30:00", flavor)
    let context = fixture.context
    let codeCount = 20
    let service = Service()
    let days = DayRange(CivilDay("2026-11-20")!)

    let counting: @Sendable () throws -> Int = {
      let writer = try RedisConnection(context.redis)
      while service.isAsking.load(ordering: .sequentiallyConsistent) {
        service.begun.add(codeCount, ordering: .sequentiallyConsistent)
        _ = try writer.pipeline(
          (0..<codeCount).map { RedisCommand("INCR", [Array("c\($0)_show".utf8)]) })
        service.done.add(codeCount, ordering: .sequentiallyConsistent)
      }
      return 0
    }
    let jobs: @Sendable () throws -> Int = {
      var rounds = 0
      while service.isAsking.load(ordering: .sequentiallyConsistent) {
        #expect(run(RolloverHour(isShelving: false), in: context).exitCode == 0)
        if rounds % 3 == 0 {
          #expect(run(ArchiveDay(days: days.first...days.last), in: context).exitCode == 0)
        }
        rounds += 1
      }
      return rounds
    }
    let asking: @Sendable () throws -> Int = {
      defer { service.isAsking.store(false, ordering: .sequentiallyConsistent) }
      for round in 0..<60 {
        let before = service.done.load(ordering: .sequentiallyConsistent)
        let grouping = ReportGrouping.allCases[round % 6]
        var question = ReportQuestion(by: grouping, .range(days))
        if round % 2 == 0 { question.codes = (0..<codeCount).map { Code(Array("c\($0)".utf8))! } }
        let shows = try Report(question, in: context).answer().total.shows
        let after = service.begun.load(ordering: .sequentiallyConsistent)
        #expect((before...after).contains(Int(shows)), "round \(round)")
      }
      return 0
    }
    let rounds = try await atOnce([counting, jobs, asking]).reduce(0, +)
    #expect(rounds > 0)
  }

  /// A day that is forgotten in Redis meanwhile is in MySQL by then.
  @Test(arguments: MySQLServer.available)
  func aDayThatIsForgottenMeanwhileIsStillThere(flavor: MySQLServer.Flavor) async throws {
    let fixture = try AdStatFixture(at: "2026-11-18 09:00:05", flavor)
    for code in 0..<300 { try fixture.count("c\(code)", shows: 10, clicks: 1) }
    fixture.rollOver()
    try fixture.clock.set(to: "2026-11-21 02:10:00")
    let context = fixture.context
    let service = Service()
    let asking: @Sendable () throws -> Int = {
      var answers = 0
      var last = false
      while !last {
        last = !service.isAsking.load(ordering: .sequentiallyConsistent)
        let question = ReportQuestion(by: .day, .days(7))
        let report = try Report(question, in: context).answer()
        #expect(report.total == AdTotals(shows: 3000, clicks: 300))
        answers += 1
      }
      return answers
    }
    let archiving: @Sendable () throws -> Int = {
      defer { service.isAsking.store(false, ordering: .sequentiallyConsistent) }
      #expect(run(ArchiveDay(keepDays: 0), in: context).numbers == [600, 300, 0, 600, 0])
      return 0
    }
    #expect(try await atOnce([asking, asking, archiving]).reduce(0, +) > 2)
  }
}
