import Foundation
import Jobs
import MySQLClient
import Rules
import Synchronization
import TestServers
import Testing

/// Runs that are stopped in the middle and wake when everything has gone on without them.
struct ZombieTests {
  private let clock: FakeClock
  private let redis: RedisServer

  init() throws {
    clock = try FakeClock(at: ProxyBench.noon)
    redis = try RedisServer(environment: clock.environment)
  }

  private func rollOver(_ bench: ProxyBench) -> JobOutcome {
    Jobs.run(RolloverHour(), in: bench.context)
  }

  private func archive(_ bench: ProxyBench, keepDays: Int = 2) -> JobOutcome {
    Jobs.run(ArchiveDay(keepDays: keepDays), in: bench.context)
  }

  private func rows(_ bench: ProxyBench) throws -> [String] {
    try bench.picture().filter { $0.hasPrefix("2026") }
  }

  // MARK: Archive

  /// Where an archive stops without holding a lock.
  enum Stop: CaseIterable {
    case hashesRead, rowsRead, numberTaken, beforeDeletion

    var place: (moment: Fault.Moment, pieces: [String]) {
      switch self {
      case .hashesRead: (.beforeReply, ["HGETALL", "b_day_show_2026-11-15"])
      case .rowsRead: (.beforeReply, ["read ad_ctr", "'2026-11-15'"])
      case .numberTaken: (.beforeForwarding, ["START TRANSACTION"])
      case .beforeDeletion: (.beforeForwarding, ["EVALSHA", "a_day_show_2026-11-15"])
      }
    }
  }

  @Test(arguments: Stop.allCases, MySQLServer.available)
  func anArchiveThatWakesDaysLaterChangesNothing(stop: Stop, flavor: MySQLServer.Flavor) throws {
    let bench = try ProxyBench(flavor, redis: redis)
    let job = SufferingJob.archiveDay
    try job.prepare(bench)
    let zombie = try Zombie(
      job.arguments, on: bench, stop.place.moment, having: stop.place.pieces)
    #expect(archive(bench).report.forgotten == 3)
    try clock.set(to: "2026-11-22 02:20:00")
    #expect(archive(bench).report.forgotten == 2)
    let settled = try bench.picture()

    #expect(try zombie.wake().exitCode == 0)
    #expect(archive(bench).failure == nil)
    #expect(try bench.picture() == settled)
    #expect(try rows(bench) == job.healed.filter { $0.hasPrefix("2026") })
  }

  /// What it read is less than what was counted later: it must not be written over it.
  @Test(arguments: [Stop.hashesRead, .rowsRead, .numberTaken], MySQLServer.available)
  func aStaleCountIsNotWrittenOverALaterOne(stop: Stop, flavor: MySQLServer.Flavor) throws {
    let bench = try ProxyBench(flavor, redis: redis)
    try bench.clear()
    try bench.send("INCRBY", "b_show", "5")
    #expect(rollOver(bench).report.changed == 1)
    let pieces = stop.place.pieces.map { $0.replacing("11-15", with: "11-20") }
    let zombie = try Zombie(
      ["adstat", "archive-day", "--day", "2026-11-20"], on: bench, stop.place.moment,
      having: pieces)
    try bench.send("INCRBY", "b_show", "7")
    #expect(rollOver(bench).report.changed == 1)
    try clock.set(to: "2026-11-23 02:20:00")
    #expect(archive(bench).report.forgotten == 1)

    #expect(try zombie.wake().exitCode == 0)
    #expect(archive(bench).failure == nil)
    #expect(try rows(bench) == ["2026-11-20 11 b 1 12 0"])
  }

  /// Redis was emptied meanwhile, and counts under another lineage: that is not what was proven.
  @Test func aDeletionThatWakesInAnotherLifeOfRedisDeletesNothing() throws {
    let bench = try ProxyBench(.mariadb, redis: redis)
    let job = SufferingJob.archiveDay
    try job.prepare(bench)
    let stop = Stop.beforeDeletion.place
    let zombie = try Zombie(job.arguments, on: bench, stop.moment, having: stop.pieces)
    try bench.send("FLUSHDB")
    try bench.send("INCRBY", "a_show", "7")
    let backfill = RolloverHour(hour: .init("2026-11-15T09"))
    #expect(Jobs.run(backfill, in: bench.context).report.changed == 1)

    _ = try zombie.wake()
    #expect(try bench.picture().contains("a_day_show_2026-11-15: 9=7"))
    #expect(archive(bench).report.forgotten == 1)
    #expect(try rows(bench).contains("2026-11-15 9 a 2 7 0"))
  }

  // MARK: Rollover

  private func stoppedRoll(_ bench: ProxyBench, at instant: String) throws -> Zombie {
    try clock.set(to: instant)
    try bench.clear()
    try bench.send("INCRBY", "a_show", "7")
    return try Zombie(
      ["adstat", "rollover-hour"], on: bench, .beforeForwarding, having: ["EVALSHA", "a_show"])
  }

  @Test func aRollThatWakesHoursLaterBooksUnderTheHourItIs() throws {
    let bench = try ProxyBench(.mariadb, redis: redis)
    let zombie = try stoppedRoll(bench, at: "2026-11-20 09:59:30")
    try clock.set(to: "2026-11-20 10:16:00")
    #expect(rollOver(bench).report.changed == 1)
    try bench.send("INCRBY", "a_show", "3")
    try clock.set(to: "2026-11-20 17:30:00")

    #expect(try zombie.wake().exitCode == 0)
    #expect(bench.count(of: "EVALSHA", "a_show") == 2)
    #expect(rollOver(bench).report.found == 0)
    #expect(try bench.picture().first == "a_day_show_2026-11-20: 10=7 17=3")
  }

  @Test(arguments: MySQLServer.available)
  func aRollThatWakesWhenItsDayIsForgottenBooksUnderTheDayItIs(
    flavor: MySQLServer.Flavor
  ) throws {
    let bench = try ProxyBench(flavor, redis: redis)
    let zombie = try stoppedRoll(bench, at: "2026-11-20 22:30:00")
    #expect(rollOver(bench).report.changed == 1)
    try clock.set(to: "2026-11-21 02:20:00")
    #expect(archive(bench, keepDays: 0).report.forgotten == 1)
    try bench.send("INCRBY", "a_show", "3")

    #expect(try zombie.wake().exitCode == 0)
    #expect(rollOver(bench).report.found == 0)
    try clock.set(to: "2026-11-22 02:20:00")
    for _ in 1...2 { #expect(archive(bench, keepDays: 0).failure == nil) }
    #expect(try rows(bench) == ["2026-11-20 22 a 1 7 0", "2026-11-21 2 a 1 3 0"])
  }

  /// Redis' clock goes back into the window that the zombie holds; but its day is sealed.
  @Test(arguments: MySQLServer.available)
  func aRollThatWakesWhenTheClockWentBackLeavesASealedDayAlone(
    flavor: MySQLServer.Flavor
  ) throws {
    let bench = try ProxyBench(flavor, redis: redis)
    let zombie = try stoppedRoll(bench, at: "2026-11-20 23:50:00")
    #expect(rollOver(bench).report.changed == 1)
    try clock.set(to: "2026-11-21 00:20:00")
    #expect(archive(bench, keepDays: 0).report.forgotten == 1)
    try bench.send("INCRBY", "a_show", "3")
    try clock.set(to: "2026-11-20 23:58:00")

    let output = try zombie.wake()
    #expect(output.exitCode == 0 && output.stderr.contains("sealed"))
    #expect(try bench.picture().contains("a_show = 3"))
    try clock.set(to: "2026-11-21 00:30:00")
    #expect(rollOver(bench).report.changed == 1)
    try clock.set(to: "2026-11-22 02:20:00")
    for _ in 1...2 { #expect(archive(bench, keepDays: 0).failure == nil) }
    #expect(try rows(bench) == ["2026-11-20 23 a 1 7 0", "2026-11-21 0 a 1 3 0"])
  }

  // MARK: Inside a transaction

  /// Five minutes is what a session may stand still by `wait_timeout`; MariaDB can be told to drop an
  /// idle transaction sooner.
  @Test func anArchiveStoppedInItsTransactionIsDroppedAndOvertaken() throws {
    let mysql = try MySQLServer(.mariadb, configuration: ["idle_write_transaction_timeout=2"])
    let bench = try ProxyBench(.mariadb, redis: redis, mysql: mysql)
    let job = SufferingJob.archiveDay
    try job.prepare(bench)
    let zombie = try Zombie(job.arguments, on: bench, .beforeForwarding, having: ["COMMIT"])
    // Waits for the locks of the zombie until the server lets them go.
    let other = archive(bench)
    #expect(other.failure == nil && other.report.forgotten == 3)

    #expect(try zombie.wake().exitCode == 0)
    #expect(try job.heal(bench) == [])
  }

  @Test(arguments: MySQLServer.available)
  func aStoppedSessionLetsItsLocksGoAtItsWaitTimeout(flavor: MySQLServer.Flavor) throws {
    let bench = try ProxyBench(flavor, redis: redis)
    let job = SufferingJob.archiveDay
    try job.prepare(bench)
    let gate = Gate()
    bench.plan.begin([
      Fault(.beforeForwarding, having: "COMMIT") {
        gate.pass()
        return .goOn
      }
    ])
    let endpoint = try #require(try bench.proxiedContext().mysql)
    let tries = Mutex(0)
    let isOver = Mutex(false)
    Thread.detachNewThread {
      var settings = MySQLSessionSettings()
      settings.waitTimeoutSeconds = 1
      _ = try? MySQLDatabase(endpoint, settings: settings).transaction("test") { connection in
        tries.withLock { $0 += 1 }
        try connection.execute("UPDATE ad_source SET seq = seq + 100", label: "test")
      }
      isOver.withLock { $0 = true }
    }
    #expect(gate.isReached())
    #expect(archive(bench).failure == nil)
    gate.open()
    #expect(eventually { isOver.withLock { $0 } })
    #expect(tries.withLock { $0 } == 2)
    #expect(try job.heal(bench) == [])
  }
}
