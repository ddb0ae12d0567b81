internal import Glibc
internal import MySQLStore

/// One of tally's jobs. Reading `RolloverHour` shows how all of them are built.
public protocol Job: Sendable {
  /// As on the command line: `adstat rollover-hour`.
  static var name: String { get }

  /// Does the work and keeps `report` true at every moment, so that it can be shown also after an
  /// error. Throws `JobFailure`, `RedisError` or `MySQLError`; a rejected item is no error.
  func perform(in context: JobContext, report: inout RunReport) throws
}

/// How a run ended.
public struct JobOutcome: Sendable {
  public let report: RunReport
  /// Nil where all the work that could be done was done (also where items were rejected).
  public let failure: (any Error)?

  public init(report: RunReport, failure: (any Error)?) {
    self.report = report
    self.failure = failure
  }
}

/// Runs a job under its lock, takes its time and adds a row to the history in `tally_run`.
///
/// A dry run takes no lock and leaves no row: it writes nothing, so it may stand beside a real one.
public func run<Work: Job>(_ job: Work, in context: JobContext) -> JobOutcome {
  var report = RunReport(job: Work.name, isDryRun: context.isDryRun)
  var failure: (any Error)?
  let clock = ContinuousClock()
  let began = clock.now
  do {
    try withLock(of: Work.name, in: context) { try job.perform(in: context, report: &report) }
  } catch {
    failure = error
  }
  report.seconds = (clock.now - began) / .seconds(1)
  let outcome = JobOutcome(report: report, failure: failure)
  if !context.isDryRun { record(outcome, in: context) }
  return outcome
}

/// Best effort: a run that did its work has done it, whether or not the history knows.
private func record(_ outcome: JobOutcome, in context: JobContext) {
  guard let endpoint = context.mysql else { return }
  let report = outcome.report
  let row = RunRow(
    job: report.job, startedAt: context.now,
    finishedAt: context.now + Int(report.seconds.rounded()), seconds: report.seconds,
    host: hostName(), version: tallyVersion, exitCode: ExitStatus(of: outcome).code,
    found: report.found, changed: report.changed, unchanged: report.unchanged,
    forgotten: report.forgotten, rejected: report.rejected,
    message: outcome.failure.map { "\($0)" } ?? "")
  if let error = RunTable.record(row, at: endpoint) {
    context.observer.noted("no row in tally_run: \(error)")
  }
}

private func hostName() -> String {
  var name = [CChar](repeating: 0, count: 256)
  guard gethostname(&name, name.count - 1) == 0 else { return "" }
  return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
}

private func withLock(of name: String, in context: JobContext, _ body: () throws -> Void) throws {
  guard let directory = context.lockDirectory, !context.isDryRun else { return try body() }
  let lock = try JobLock(job: name, context: context, directory: directory)
  try body()
  _ = consume lock  // held until here
}
