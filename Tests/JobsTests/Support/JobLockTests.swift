import Foundation
import Jobs
import RedisClient
import RedisStore
import TestServers
import Testing

/// One run of a job at a time, and what a lock file may not be.
struct JobLockTests {
  /// A job that does what it is told, for as long as it is told.
  private struct Told: Job {
    static let name = "adstat tested"
    let body: @Sendable (JobContext) throws -> Void

    func perform(in context: JobContext, report: inout RunReport) throws {
      report.found = 1
      try body(context)
    }
  }

  private struct Silent: JobObserver {
    func progressed(_ step: StaticString, done: Int, total: Int?) {}
    func warned(_ message: String) {}
    func noted(_ message: String) {}
    func rejected(_ key: [UInt8], because reason: String) {}
  }

  private func withFolder(_ body: (_ path: String) throws -> Void) throws {
    let folder = try PrivateFolder.make()
    defer { try? PrivateFolder.remove(folder) }
    try body(folder)
  }

  private func context(_ folder: String?) -> JobContext {
    JobContext(
      redis: RedisEndpoint(address: .unix(path: "/nowhere/redis.sock")), mysql: nil, now: 0,
      lockDirectory: folder, observer: Silent())
  }

  private func reason(_ outcome: JobOutcome) -> JobFailure.Reason? {
    (outcome.failure as? JobFailure)?.reason
  }

  private func lockFile(in folder: String) throws -> String {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
    return "\(folder)/" + (try #require(names.first { $0.hasSuffix(".lock") }))
  }

  @Test func aSecondRunOfTheSameJobHasToTryAgain() throws {
    try withFolder { folder in
      let outcome = run(
        Told { context in
          let second = run(Told { _ in }, in: context)
          #expect(self.reason(second) == .tryAgain)
          #expect(second.report.found == 0)
          #expect((second.failure as? JobFailure)?.message.contains("process \(getpid())") == true)
        }, in: context(folder))
      #expect(outcome.failure == nil)
      #expect(run(Told { _ in }, in: context(folder)).failure == nil)
    }
  }

  @Test func aFailedRunLetsItsLockGo() throws {
    try withFolder { folder in
      let failed = run(Told { _ in throw JobFailure(.inputOutput, "x") }, in: context(folder))
      #expect(reason(failed) == .inputOutput)
      #expect(failed.report.found == 1)
      #expect(run(Told { _ in }, in: context(folder)).failure == nil)
    }
  }

  @Test func otherKeysHaveALockOfTheirOwn() throws {
    try withFolder { folder in
      let outcome = run(
        Told { context in
          var other = context
          other.keyspace.prefix = Array("x:".utf8)
          #expect(run(Told { _ in }, in: other).failure == nil)
          other = context
          other.redis.database = 1
          #expect(run(Told { _ in }, in: other).failure == nil)
        }, in: context(folder))
      #expect(outcome.failure == nil)
    }
  }

  @Test func dryRunsTakeNoLock() throws {
    try withFolder { folder in
      var dry = context(folder + "/never-made")
      dry.isDryRun = true
      #expect(run(Told { _ in }, in: dry).failure == nil)
      let names = try FileManager.default.contentsOfDirectory(atPath: folder)
      #expect(names.isEmpty)
    }
  }

  @Test func theFileIsOursAloneAndNamesTheJob() throws {
    try withFolder { folder in
      _ = run(Told { _ in }, in: context(folder))
      let path = try lockFile(in: folder)
      #expect(path.wholeMatch(of: /.*\/adstat-tested-[0-9a-f]{16}\.lock/) != nil)
      let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
      #expect(mode as? Int == 0o600)
    }
  }

  @Test func aLinkInPlaceOfTheFileIsRefused() throws {
    try withFolder { folder in
      _ = run(Told { _ in }, in: context(folder))
      let path = try lockFile(in: folder)
      #expect(unlink(path) == 0 && symlink("\(folder)/elsewhere", path) == 0)
      #expect(reason(run(Told { _ in }, in: context(folder))) == .cannotCreate)
      #expect(access("\(folder)/elsewhere", F_OK) != 0)
    }
  }

  @Test func aPipeInPlaceOfTheFileIsRefused() throws {
    try withFolder { folder in
      _ = run(Told { _ in }, in: context(folder))
      let path = try lockFile(in: folder)
      #expect(unlink(path) == 0 && mkfifo(path, 0o600) == 0)
      #expect(reason(run(Told { _ in }, in: context(folder))) == .cannotCreate)
    }
  }

  @Test(.enabled(if: geteuid() == 0, "only root can give a file away"))
  func aFileOrDirectoryOfAnotherUserIsRefused() throws {
    try withFolder { folder in
      _ = run(Told { _ in }, in: context(folder))
      let path = try lockFile(in: folder)
      #expect(chown(path, 12_345, 12_345) == 0)
      #expect(reason(run(Told { _ in }, in: context(folder))) == .noPermission)
      #expect(unlink(path) == 0 && chown(folder, 12_345, 12_345) == 0)
      #expect(reason(run(Told { _ in }, in: context(folder))) == .noPermission)
    }
  }

  @Test func aDirectoryThatCannotBeMadeIsNamed() throws {
    try withFolder { folder in
      let file = "\(folder)/file"
      try "".write(toFile: file, atomically: false, encoding: .utf8)
      let outcome = run(Told { _ in }, in: context("\(file)/locks"))
      #expect(reason(outcome) == .cannotCreate)
      #expect((outcome.failure as? JobFailure)?.message.contains("\(file)/locks") == true)
    }
  }

  @Test func secondsAreMeasured() throws {
    let outcome = run(Told { _ in usleep(20_000) }, in: context(nil))
    #expect(outcome.report.seconds >= 0.02)
  }
}
