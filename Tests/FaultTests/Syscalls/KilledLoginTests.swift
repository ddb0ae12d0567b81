import Foundation
import Glibc
import TestServers
import Testing

/// The login jobs, killed at one system call after the other. Between two calls a job changes nothing
/// but its own memory, so that this is every instant at which it can die.
@Suite(.enabled(if: Strace.isAvailable, Strace.need))
struct KilledLoginTests {
  private static let faults = [Strace.Fault.killedBefore, .killedAfter]

  @Test(arguments: MySQLServer.available, faults)
  func aSyncKilledAtAnySystemCallIsFinishedByTheNext(
    flavor: MySQLServer.Flavor, fault: Strace.Fault
  ) throws {
    let world = try LoginWorld(flavor)
    var strikes = 0
    for call in SocketCalls.all {
      strikes += try Strace.strikes(
        at: call, fault, stride: SocketCalls.stride(flavor, 4)
      ) { strace in
        try world.logIn(newUsers: 2)
        let output = try world.run(strace.tool, LoginWorld.sync)
        world.syncTwice()
        try world.expectRowsExact()
        return output
      }
    }
    #expect(try world.bitmapCount() == world.loggedIn.count)
    #expect(strikes >= (FaultDepth.isFull ? 25 : 3))
  }

  @Test(arguments: MySQLServer.available, faults)
  func anExpiryKilledAtAnySystemCallLosesNoBit(
    flavor: MySQLServer.Flavor, fault: Strace.Fault
  ) throws {
    let world = try LoginWorld(flavor)
    var strikes = 0
    for call in SocketCalls.all {
      strikes += try Strace.strikes(
        at: call, fault, stride: SocketCalls.stride(flavor, 4)
      ) { try round($0, in: world) }
    }
    #expect(strikes >= (FaultDepth.isFull ? 35 : 4))
    #expect(try world.badLineCount() == 0)
  }

  /// The lock and the log: opened, locked, written and synced.
  @Test(arguments: faults)
  func anExpiryKilledAtAnyCallOnItsFilesLosesNoBit(fault: Strace.Fault) throws {
    let world = try LoginWorld()
    for (call, count) in [("openat", 4), ("flock", 1), ("pwrite64", 1), ("write", 1), ("fsync", 2)]
    {
      let paths = call == "flock" || call == "pwrite64" ? [] : [world.folder] + world.logPaths()
      let strikes = try Strace.strikes(at: call, fault, stride: 1, paths: paths) {
        try round($0, in: world)
      }
      #expect(strikes >= count, "\(call)")
    }
    #expect(try world.badLineCount() == 0)
  }

  /// The disk has the line, Redis still has the bitmap.
  @Test func anExpiryKilledBetweenItsLogAndItsDeletionLogsTheBitmapAgain() throws {
    let world = try LoginWorld()
    try world.logIn("a", day: 3)
    try world.logIn("b", day: 4)
    let strace = try Strace("fsync", .killedAfter, at: 2)
    let output = try world.run(strace.tool, LoginWorld.expire)
    #expect(strace.struck(output))
    #expect(try world.bitmapCount() == 2)
    #expect(try world.logged() == world.loggedIn)
    #expect(try world.lineCount() == 2)

    try world.logIn("a", day: 5)
    try world.expireTwice()
    try world.expectRowsExact()
    #expect(try world.lineCount() == 4)
    #expect(try world.badLineCount() == 0)
  }

  private func round(_ strace: Strace, in world: LoginWorld) throws -> TallyTool.Output {
    try world.logIn(newUsers: 2)
    let output = try world.run(strace.tool, LoginWorld.expire)
    try world.expireTwice()
    try world.expectRowsExact()
    return output
  }
}

/// The calls by which the tool speaks with its servers: hiredis writes or sends, depending on its
/// version, libmariadb sends. What the kernel was given the server gets, though the tool dies in the
/// same instant: killed before a call is a lost request, killed after it a lost reply.
enum SocketCalls {
  static let all =
    ["write", "sendto"] + (FaultDepth.isFull ? ["recvfrom", "poll", "connect"] : [])

  /// Sparser on the second server, which shares the tool's side of it all with the first.
  static func stride(_ flavor: MySQLServer.Flavor, _ short: Int) -> Int {
    FaultDepth.stride(flavor == .mariadb ? short : 3 * short)
  }
}
