import Foundation
import TestServers
import Testing

/// One run of a job at a time, and how a run is ended from outside. A Redis that is stopped holds the
/// first run in its middle.
struct LockTests {
  private let job = words("loginlog sync-week --month 2026-11")

  private func isLocked(_ installation: Installation) throws -> Bool {
    try FileManager.default.contentsOfDirectory(atPath: installation.folder)
      .contains { $0.hasSuffix(".lock") }
  }

  @Test func aHeldLockIsReportedAtOnceAndDiesWithItsProcess() throws {
    let redis = try RedisServer()
    let installation = try Installation(redis: redis)
    redis.suspend()
    let first = try installation.tool.start(job, environment: installation.environment)
    #expect(try eventually { try isLocked(installation) })
    let held = try installation.run("loginlog sync-week --month 2026-11")
    #expect(held.exitCode == 75)
    #expect(held.stderr.contains("(process \(first.processIdentifier), "))
    #expect(held.stderr.contains("\nHINT: "))
    first.signal(SIGKILL)
    #expect(try first.wait().exitCode == 128 + SIGKILL)
    redis.resume()
    #expect(try installation.run("loginlog sync-week --month 2026-11").exitCode == 0)
  }

  @Test func aStoppedHolderKeepsItsLock() throws {
    let redis = try RedisServer()
    let installation = try Installation(redis: redis)
    redis.suspend()
    let first = try installation.tool.start(job, environment: installation.environment)
    #expect(try eventually { try isLocked(installation) })
    first.signal(SIGSTOP)
    redis.resume()
    #expect(try installation.run("loginlog sync-week --month 2026-11").exitCode == 75)
    #expect(try installation.run("loginlog sync-week --month 2026-11 --no-lock").exitCode == 0)
    #expect(try installation.run("loginlog sync-week --month 2026-11 --dry-run").exitCode == 0)
    #expect(try installation.run("loginlog expire").exitCode == 0)
    first.signal(SIGCONT)
    #expect(try first.wait().exitCode == 0)
  }

  @Test(arguments: [SIGTERM, SIGINT])
  func aSignalEndsTheRunWithItsNumber(signal: Int32) throws {
    let redis = try RedisServer()
    let installation = try Installation(redis: redis)
    try installation.addLogin()
    redis.suspend()
    let run = try installation.tool.start(
      job + ["--json"], environment: installation.environment)
    #expect(try eventually { try isLocked(installation) })
    run.signal(signal)
    redis.resume()
    let output = try run.wait()
    #expect(output.exitCode == 128 + signal)
    #expect(try object(output.stdout)["error"] as? String == "interrupted by signal \(signal)")
  }

  @Test func aSecondSignalEndsTheRunAtOnce() throws {
    let redis = try RedisServer()
    let installation = try Installation(redis: redis)
    redis.suspend()
    let run = try installation.tool.start(job, environment: installation.environment)
    #expect(try eventually { try isLocked(installation) })
    run.signal(SIGTERM)
    run.signal(SIGINT)
    let output = try run.wait(timeoutSeconds: 10)
    #expect([128 + SIGINT, 128 + SIGTERM].contains(output.exitCode))
  }

  @Test func aLockDirectoryThatIsALinkIsRefused() throws {
    let installation = try Installation()
    let link = installation.folder + "/link"
    #expect(symlink(installation.folder, link) == 0)
    let output = try installation.run("loginlog sync-week --lock-dir \(link)")
    #expect(output.exitCode == 73)
    #expect(output.stderr.contains(link))
  }

  @Test func aLockDirectoryOpenToOthersIsRefused() throws {
    let installation = try Installation()
    let open = installation.folder + "/open"
    #expect(mkdir(open, 0o700) == 0 && chmod(open, 0o777) == 0)
    let output = try installation.run("loginlog sync-week --lock-dir \(open)")
    #expect(output.exitCode == 77)
    #expect(output.stderr.contains("chmod go-w \(open)"))
  }

  @Test func aMissingLockDirectoryIsMadeForUsAlone() throws {
    let installation = try Installation()
    let path = installation.folder + "/a/b"
    #expect(try installation.run("loginlog sync-week --lock-dir \(path)").exitCode == 0)
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
    #expect(mode as? Int == 0o700)
  }
}
