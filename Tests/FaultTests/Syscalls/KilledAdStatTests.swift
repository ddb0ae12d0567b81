import Jobs
import TestServers
import Testing

/// The jobs of ad statistics, killed at one system call after the other. Between two calls a job changes
/// nothing but its own memory, so that this is every instant at which it can die.
@Suite(.enabled(if: Strace.isAvailable, Strace.need))
struct KilledAdStatTests {
  private static let faults = [Strace.Fault.killedBefore, .killedAfter]

  @Test(arguments: MySQLServer.available, faults)
  func aRolloverKilledAtAnySystemCallCountsEveryIncrementOnce(
    flavor: MySQLServer.Flavor, fault: Strace.Fault
  ) throws {
    let world = try AdStatWorld(flavor)
    var strikes = 0
    for call in SocketCalls.all {
      strikes += try Strace.strikes(
        at: call, fault, stride: SocketCalls.stride(flavor, 3)
      ) { strace in
        try world.count()
        let output = try world.run(strace.tool, AdStatWorld.rollover)
        try world.rollOverTwice()
        try world.advance(hours: 1)
        return output
      }
    }
    #expect(strikes >= (FaultDepth.isFull ? 25 : 3))
    try world.advance(hours: 24)
    try world.archiveTwice()
  }

  @Test(arguments: MySQLServer.available, faults)
  func anArchiveKilledAtAnySystemCallCountsEveryIncrementOnce(
    flavor: MySQLServer.Flavor, fault: Strace.Fault
  ) throws {
    let world = try AdStatWorld(flavor)
    var strikes = 0
    for call in SocketCalls.all {
      strikes += try Strace.strikes(
        at: call, fault, stride: SocketCalls.stride(flavor, 4)
      ) { strace in
        // Two hours of one day, archived and forgotten the next day.
        for _ in 1...2 {
          try world.count()
          world.expectDone(RolloverHour())
          try world.advance(hours: 1)
        }
        try world.advance(hours: 25)
        let output = try world.run(strace.tool, AdStatWorld.archive)
        try world.archiveTwice()
        return output
      }
    }
    #expect(strikes >= (FaultDepth.isFull ? 60 : 4))
  }
}
