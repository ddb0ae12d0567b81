import Jobs
import MySQLClient
import RedisClient
import Testing

/// The one table from errors to exit codes.
struct ExitStatusTests {
  @Test(arguments: [
    (JobFailure.Reason.usage, Int32(64)), (.unavailable, 69), (.readBackMismatch, 70),
    (.cannotCreate, 73), (.inputOutput, 74), (.tryAgain, 75), (.redisBehindArchive, 76),
    (.noPermission, 77), (.configuration, 78), (.interrupted(signal: 15), 143),
  ])
  func aFailureHasTheCodeOfItsReason(reason: JobFailure.Reason, code: Int32) {
    #expect(ExitStatus(of: JobFailure(reason, "x")).code == code)
  }

  @Test(arguments: [
    (RedisError.Kind.unreachable, Int32(69)), (.timedOut, 75), (.disconnected, 75),
    (.malformedReply, 69), (.readOnlyConnection, 70), (.refused(code: "OOM"), 75),
    (.refused(code: "MISCONF"), 75), (.refused(code: "NOPERM"), 77), (.refused(code: "NOAUTH"), 77),
    (.refused(code: "WRONGPASS"), 77), (.refused(code: "READONLY"), 69),
    (.refused(code: "LOADING"), 69), (.refused(code: "MASTERDOWN"), 69),
    (.refused(code: "MOVED"), 78), (.refused(code: "ERR"), 70),
  ])
  func aRedisErrorHasTheCodeOfItsKind(kind: RedisError.Kind, code: Int32) {
    let error = RedisError(operation: "GET k", kind: kind, message: "m")
    #expect(ExitStatus(of: error).code == code)
  }

  @Test(arguments: [
    (2002, 69), (2003, 69), (2005, 69), (2026, 69), (3159, 69), (1290, 69), (1836, 69), (1792, 69),
    (1040, 69), (2006, 75), (2013, 75), (1205, 75), (1213, 75), (1114, 75), (1021, 75), (28, 75),
    (1026, 75), (1461, 75), (1044, 77), (1045, 77), (1142, 77), (1143, 77), (1227, 77), (1370, 77),
    (1049, 78), (1054, 78), (1146, 78), (1064, 70), (1264, 70),
  ])
  func aServersRefusalHasTheCodeOfItsNumber(number: UInt32, code: Int32) {
    let error = MySQLError(operation: "merge", code: number, message: "m")
    #expect(ExitStatus(of: error).code == code)
  }

  @Test(arguments: [
    (MySQLError.Kind.unreachable, Int32(69)), (.untrusted, 69), (.disconnected, 75),
    (.configuration, 78), (.warnings, 70), (.outOfStep, 70),
  ])
  func aMySQLErrorWithoutANumberHasTheCodeOfItsKind(kind: MySQLError.Kind, code: Int32) {
    let error = MySQLError(operation: "connect", kind: kind, code: 0, message: "m")
    #expect(ExitStatus(of: error).code == code)
  }

  @Test func aMissingTableLeadsToMigrate() {
    let error = MySQLError(operation: "read", code: 1146, message: "no such table")
    #expect(hint(for: error) == "Run `tally migrate`.")
  }

  @Test func rejectedItemsShowOnlyWhereNothingElseFailed() {
    var report = RunReport(job: "x", isDryRun: false)
    #expect(ExitStatus(of: JobOutcome(report: report, failure: nil)) == .done)
    report.rejected = 1
    #expect(ExitStatus(of: JobOutcome(report: report, failure: nil)) == .rejected)
    let failure = JobFailure(.tryAgain, "x")
    #expect(ExitStatus(of: JobOutcome(report: report, failure: failure)) == .tryAgain)
  }
}
