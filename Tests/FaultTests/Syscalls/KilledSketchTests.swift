import TestServers
import Testing

/// The archive of sketches, killed at one system call after the other. Between two calls it changes
/// nothing but its own memory, so that this is every instant at which it can die.
@Suite(.enabled(if: Strace.isAvailable, Strace.need))
struct KilledSketchTests {
  @Test(arguments: MySQLServer.available, [Strace.Fault.killedBefore, .killedAfter])
  func anArchiveKilledAtAnySystemCallLosesNobody(
    flavor: MySQLServer.Flavor, fault: Strace.Fault
  ) throws {
    let world = try SketchWorld(flavor)
    var strikes = 0
    for call in SocketCalls.all {
      strikes += try Strace.strikes(
        at: call, fault, stride: SocketCalls.stride(flavor, 4)
      ) { strace in
        try world.seeSome()
        let output = try world.run(strace.tool)
        try world.archiveTwice()
        return output
      }
    }
    #expect(strikes >= (FaultDepth.isFull ? 25 : 3))
  }
}
