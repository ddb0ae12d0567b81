import Foundation
import TestServers
import Testing

/// The expiry log and the lock on a disk that fails: no bitmap is deleted for want of a line that the
/// disk has, and the next run makes it all good.
@Suite(.enabled(if: Strace.isAvailable, Strace.need))
struct LogFaultTests {
  /// After a failed fsync the kernel forgets that pages were dirty: a second one on the same descriptor
  /// would succeed, with the lines lost.
  @Test(arguments: [(1, "the directory"), (2, "the file")])
  func anFsyncThatFailsDeletesNothingAndIsNotTriedAgain(number: Int, of: String) throws {
    let world = try LoginWorld()
    try world.logIn(newUsers: 3)
    let strace = try Strace("fsync", .error("EIO"), at: number)
    let output = try world.run(strace.tool, LoginWorld.expire)
    #expect(output.exitCode == 74)
    #expect(output.stderr.contains("Input/output error"))
    #expect(strace.trace.count == number, "\(strace.trace)")
    #expect(try world.bitmapCount() == 3)
    try expectHealed(world)
  }

  @Test(arguments: ["ENOSPC", "EIO", "EDQUOT"])
  func aWriteThatFailsDeletesNothing(error: String) throws {
    let world = try LoginWorld()
    try world.logIn(newUsers: 3)
    let strace = try Strace(
      "write", .error(error), at: 1, paths: world.logPaths(), watched: ["fsync"])
    let output = try world.run(strace.tool, LoginWorld.expire)
    #expect(output.exitCode == 74)
    #expect(strace.struck(output))
    #expect(!strace.trace.contains { $0.contains("fsync(") }, "nothing is made of a broken log")
    #expect(try world.bitmapCount() == 3)
    try expectHealed(world)
  }

  @Test func aWriteThatASignalInterruptsIsDoneAgain() throws {
    let world = try LoginWorld()
    try world.logIn(newUsers: 3)
    let strace = try Strace("write", .error("EINTR"), at: 1, paths: world.logPaths())
    let output = try world.run(strace.tool, LoginWorld.expire)
    #expect(output.exitCode == 0)
    #expect(strace.struck(output))
    #expect(try world.lineCount() == 3)
    try expectHealed(world)
  }

  /// What fails before there is a line to write, and how the run must end.
  struct Obstacle: Sendable, CustomStringConvertible {
    let call: String
    let number: Int
    let error: String
    let exitCode: Int32
    var description: String { "\(error) at \(call) \(number)" }
  }

  // The tool opens, in this folder: the lock's directory, the lock, the log's directory, the log.
  static let obstacles =
    [
      (1, "EIO"), (1, "ENOTDIR"), (2, "EIO"), (2, "ENOSPC"), (3, "EIO"), (4, "ENOSPC"),
      (4, "EROFS"),
    ]
    .map { Obstacle(call: "openat", number: $0.0, error: $0.1, exitCode: 73) }
    + (1...4).map { Obstacle(call: "openat", number: $0, error: "EACCES", exitCode: 77) } + [
      Obstacle(call: "flock", number: 1, error: "ENOLCK", exitCode: 73),
      // The process id in the lock is for people.
      Obstacle(call: "ftruncate", number: 1, error: "EIO", exitCode: 0),
      Obstacle(call: "pwrite64", number: 1, error: "ENOSPC", exitCode: 0),
    ]

  @Test(arguments: obstacles)
  func aLockOrLogThatCannotBeHadIsToldFromOthers(obstacle: Obstacle) throws {
    let world = try LoginWorld()
    try world.logIn(newUsers: 3)
    let strace = try Strace(
      obstacle.call, .error(obstacle.error), at: obstacle.number,
      paths: obstacle.call == "openat" ? [world.folder] : [])
    let output = try world.run(strace.tool, LoginWorld.expire)
    #expect(strace.struck(output))
    #expect(output.exitCode == obstacle.exitCode, "\(output.stderr)")
    #expect(try world.bitmapCount() == (obstacle.exitCode == 0 ? 0 : 3))
    try expectHealed(world)
  }

  private func expectHealed(_ world: LoginWorld) throws {
    try world.expireTwice()
    try world.expectRowsExact()
    #expect(try world.badLineCount() == 0)
  }
}
