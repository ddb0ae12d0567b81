import Glibc
import TestServers
import Testing

/// A run is killed at each of its messages: before the server hears of it, after it was told, and when
/// it has answered.
struct KillLoopTests {
  private let moments = [Fault.Moment.beforeForwarding, .afterForwarding, .beforeReply]

  @Test(arguments: SufferingJob.allCases)
  func aRunKilledAtAnyMessageLosesAndDoublesNothing(job: SufferingJob) throws {
    try killEverywhere(job, .mariadb)
  }

  /// The short form takes every fifth message.
  @Test(
    .enabled(if: MySQLServer.available.contains(.mysql), "no MySQL server at hand"),
    arguments: SufferingJob.allCases)
  func theSameOnMySQL(job: SufferingJob) throws { try killEverywhere(job, .mysql, stride: 5) }

  /// The short form takes every second message on MariaDB and every eleventh on MySQL.
  @Test(arguments: MySQLServer.available)
  func aMigrationKilledAtAnyMessageIsCompletedByTheNext(flavor: MySQLServer.Flavor) throws {
    try killEverywhere(SufferingMigration(), flavor, stride: flavor == .mariadb ? 2 : 11)
  }

  private func killEverywhere(
    _ subject: any Suffering, _ flavor: MySQLServer.Flavor, stride: Int = 1
  ) throws {
    let loop = FaultLoop(subject: subject, flavor: flavor, moments: moments, stride: stride)
    try loop.run(exitCodes: [137]) { bench, moment, number in
      let victim = Victim()
      bench.plan.begin([
        Fault(moment, number: number) {
          victim.signal(SIGKILL)
          return .cut
        }
      ])
      return try victim.run(subject, on: bench).exitCode
    }
  }
}
