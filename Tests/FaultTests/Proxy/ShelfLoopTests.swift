import Glibc
import TestServers
import Testing

/// A shelf check is killed, or cut off, at each of its messages.
struct ShelfLoopTests {
  /// The short form takes every third message on MySQL.
  @Test(arguments: MySQLServer.available)
  func aRunKilledAtAnyMessageIsCompletedByTheNext(flavor: MySQLServer.Flavor) throws {
    let moments = [Fault.Moment.beforeForwarding, .afterForwarding, .beforeReply]
    let loop = FaultLoop(
      subject: SufferingShelf(), flavor: flavor, moments: moments,
      stride: flavor == .mariadb ? 1 : 3)
    try loop.run(exitCodes: [137]) { bench, moment, number in
      let victim = Victim()
      bench.plan.begin([
        Fault(moment, number: number) {
          victim.signal(SIGKILL)
          return .cut
        }
      ])
      return try victim.run(SufferingShelf(), on: bench).exitCode
    }
  }

  @Test(arguments: MySQLServer.available)
  func aConnectionLostAtAnyMessageLeavesNothingWrong(flavor: MySQLServer.Flavor) throws {
    let loop = FaultLoop(
      subject: SufferingShelf(), flavor: flavor,
      moments: [.beforeForwarding, .beforeReply, .withinReply])
    try loop.run(exitCodes: [0, 69, 75]) { bench, moment, number in
      bench.plan.begin([.cut(moment, number: number)])
      return SufferingShelf().run(in: try bench.proxiedContext(), logDirectory: bench.folder).code
    }
  }
}
