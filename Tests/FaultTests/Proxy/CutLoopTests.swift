import TestServers
import Testing

/// The connection breaks at each message of a run: the request is lost, or its reply, or half of that.
/// The run either carries on or ends with a code that says "again".
struct CutLoopTests {
  private let moments = [Fault.Moment.beforeForwarding, .beforeReply, .withinReply]

  @Test(arguments: SufferingJob.allCases)
  func aConnectionLostAtAnyMessageLosesAndDoublesNothing(job: SufferingJob) throws {
    try cutEverywhere(job, .mariadb)
  }

  /// The short form takes every fifth message.
  @Test(
    .enabled(if: MySQLServer.available.contains(.mysql), "no MySQL server at hand"),
    arguments: SufferingJob.allCases)
  func theSameOnMySQL(job: SufferingJob) throws { try cutEverywhere(job, .mysql, stride: 5) }

  /// The short form takes every second message on MariaDB and every eleventh on MySQL.
  @Test(arguments: MySQLServer.available)
  func aMigrationCutShortAtAnyMessageIsCompletedByTheNext(flavor: MySQLServer.Flavor) throws {
    try cutEverywhere(SufferingMigration(), flavor, stride: flavor == .mariadb ? 2 : 11)
  }

  private func cutEverywhere(
    _ subject: any Suffering, _ flavor: MySQLServer.Flavor, stride: Int = 1
  ) throws {
    let loop = FaultLoop(subject: subject, flavor: flavor, moments: moments, stride: stride)
    try loop.run(exitCodes: [0, 69, 75]) { bench, moment, number in
      bench.plan.begin([.cut(moment, number: number)])
      return subject.run(in: try bench.proxiedContext(), logDirectory: bench.folder).code
    }
  }
}
