import MySQLClient
import Rules
import TestServers
import Testing

@testable import Jobs

/// Jobs that are held back: they come to the same end, later.
struct PaceTests {
  private static func pace(_ keysPerSecond: Int) -> Pace {
    var limits = PaceLimits()
    limits.keysPerSecond = keysPerSecond
    return Pace(limits)
  }

  /// A job of `keyCount` keys ends not before all but its last batch had their time.
  private func expectHeld(_ report: RunReport, _ keyCount: Int, _ keysPerSecond: Int) {
    let batchSize = max(1, keysPerSecond / 10)
    let least = Double(keyCount - batchSize) / Double(keysPerSecond)
    #expect(report.seconds >= least, "\(report)")
  }

  @Test(arguments: MySQLServer.available)
  func countersAndDaysGoNoFasterThanTheyMay(flavor: MySQLServer.Flavor) throws {
    var fixture = try AdStatFixture(flavor)
    for number in 1...40 { try fixture.count("image-\(number)", shows: number, clicks: 1) }
    fixture.context.pace = Self.pace(160)
    let rolled = fixture.rollOver()
    #expect(rolled.failure == nil && rolled.numbers == [80, 80, 0, 80, 0])
    expectHeld(rolled.report, 80, 160)

    try fixture.clock.set(to: "2026-11-24 02:10:00")
    fixture.context.pace = Self.pace(160)
    let archived = fixture.archive()
    #expect(archived.failure == nil && archived.numbers == [80, 40, 0, 80, 0])
    expectHeld(archived.report, 80, 160)
    #expect(
      try fixture.query("SELECT COUNT(*), SUM(show_count), SUM(click_count) FROM ad_ctr")
        == ["40\t820\t40"])
  }

  @Test(arguments: MySQLServer.available)
  func loginsGoNoFasterThanTheyMay(flavor: MySQLServer.Flavor) throws {
    let fixture = try LoginFixture(flavor)
    for number in 1...80 { try fixture.logIn("loginLog_2026-08_web_\(number)", on: 9) }
    let logs = try LogFolder()
    var context = fixture.context()
    context.pace = Self.pace(160)
    let synced = run(SyncWeek(months: [Month("2026-08")!]), in: context)
    #expect(synced.failure == nil && synced.numbers == [80, 80, 0, 0, 0])
    expectHeld(synced.report, 80, 160)

    context.pace = Self.pace(160)
    let rule = try #require(ExpiryRule(asOf: CivilDay("2026-11-20")!))
    let expired = run(Expire(rule: rule, logDirectory: logs.path), in: context)
    #expect(expired.failure == nil && expired.numbers == [80, 0, 80, 80, 0])
    expectHeld(expired.report, 80, 160)
  }

  /// Two threads that write share one rate.
  @Test func twoWritersAreNoFasterThanOne() throws {
    let pace = Self.pace(1000)
    let clock = ContinuousClock()
    let began = clock.now
    let write: @Sendable () -> Void = {
      for _ in 0..<5 {
        _ = try? pace.hold(before: .merging, of: 100, AdStatObserver(), Interruption())
      }
    }
    _ = try atOnce(write, aside: write)
    #expect(clock.now - began >= .milliseconds(900))
  }

  /// Who is read ahead of, and fails, does not wait until the reader may go on.
  @Test func anErrorEndsTheReadingAhead() throws {
    struct Broken: Error {}
    let pace = Self.pace(10)
    #expect(throws: Broken.self) {
      try readingAhead { (hand: (Int) throws -> Void) in
        for number in 0..<1000 {
          try pace.hold(before: .reading, of: 1, AdStatObserver(), Interruption())
          try hand(number)
        }
      } _: { _ in
        throw Broken()
      }
    }
  }

  /// A minute's wait, of which a signal leaves little.
  @Test func aSignalEndsTheWaiting() throws {
    let pace = Self.pace(1)
    let asked = ContinuousClock().now
    let interruption = Interruption {
      ContinuousClock().now - asked > .milliseconds(100) ? 15 : nil
    }
    try pace.hold(before: .reading, of: 60, AdStatObserver(), interruption)
    #expect(throws: JobFailure(.interrupted(signal: 15), "interrupted by signal 15")) {
      try pace.hold(before: .reading, of: 1, AdStatObserver(), interruption)
    }
    #expect(ContinuousClock().now - asked < .seconds(30))
  }
}
