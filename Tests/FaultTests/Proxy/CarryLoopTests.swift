import Glibc
import Jobs
import TestServers
import Testing

/// What is carried in from a file, the catalogue or a log of expired bitmaps, is killed or cut off at
/// each message: the same file, brought again, makes it what an untouched run would have.
struct CarryLoopTests {
  @Test(arguments: MySQLServer.available)
  func anImportKilledAtAnyMessageIsCompletedByTheNext(flavor: MySQLServer.Flavor) throws {
    try killEverywhere(try SufferingImport(), flavor)
  }

  @Test(arguments: MySQLServer.available)
  func anImportCutOffAtAnyMessageIsCompletedByTheNext(flavor: MySQLServer.Flavor) throws {
    try cutEverywhere(try SufferingImport(), flavor)
  }

  @Test(arguments: MySQLServer.available, Restore.Target.allCases)
  func aRestoreKilledAtAnyMessageIsCompletedByTheNext(
    flavor: MySQLServer.Flavor, target: Restore.Target
  ) throws {
    try killEverywhere(try SufferingRestore(to: target), flavor)
  }

  @Test(arguments: MySQLServer.available, Restore.Target.allCases)
  func aRestoreCutOffAtAnyMessageIsCompletedByTheNext(
    flavor: MySQLServer.Flavor, target: Restore.Target
  ) throws {
    try cutEverywhere(try SufferingRestore(to: target), flavor)
  }

  /// The short form takes every third message on MySQL.
  private func killEverywhere(_ subject: any Suffering, _ flavor: MySQLServer.Flavor) throws {
    let loop = FaultLoop(
      subject: subject, flavor: flavor,
      moments: [.beforeForwarding, .afterForwarding, .beforeReply],
      stride: flavor == .mariadb ? 1 : 3)
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

  private func cutEverywhere(_ subject: any Suffering, _ flavor: MySQLServer.Flavor) throws {
    let loop = FaultLoop(
      subject: subject, flavor: flavor, moments: [.beforeForwarding, .beforeReply, .withinReply],
      stride: flavor == .mariadb ? 1 : 3)
    try loop.run(exitCodes: [0, 69, 75]) { bench, moment, number in
      bench.plan.begin([.cut(moment, number: number)])
      return subject.run(in: try bench.proxiedContext(), logDirectory: bench.folder).code
    }
  }
}
