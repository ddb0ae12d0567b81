internal import MySQLStore
internal import RedisStore
public import Rules

/// Takes expired login bitmaps out of Redis: merged and proven, logged and fsynced, then deleted.
///
/// The order protects the data. Dying after any step leaves the bitmap in Redis, and what was done
/// already is found done or is done again without harm: a merge is an OR, and so is putting a log line
/// back.
public struct Expire: Job {
  public static let name = "loginlog expire"

  /// Bitmaps that are logged, and then deleted, together: each slice costs an fsync.
  static let sliceSize = 20_000

  public var rule: ExpiryRule
  /// `TALLY_LOG_DIR`.
  public var logDirectory: String

  public init(rule: ExpiryRule, logDirectory: String) {
    self.rule = rule
    self.logDirectory = logDirectory
  }

  public func perform(in context: JobContext, report: inout RunReport) throws {
    let log = try ExpiryLog(directory: logDirectory, day: context.clock.day(at: context.now))
    let source = try LoginSource(context)
    let isExpired: @Sendable (Month) -> Bool = { [rule] in rule.isExpired($0) }
    try source.mergeAll(where: isExpired, report: &report) { run, report in
      if context.isDryRun {
        report.forgotten += run.count
      } else {
        try forget(run, from: source, log, context, &report)
      }
    }
  }

  private func forget(
    _ run: LoginRun, from source: LoginSource, _ log: ExpiryLog, _ context: JobContext,
    _ report: inout RunReport
  ) throws {
    guard let merged = try source.table.prove(run) else {
      throw JobFailure(
        .readBackMismatch, "login_month does not hold what was merged into it; nothing was deleted",
        hint: "Look for a trigger on the table, or for somebody who changes its rows.")
    }
    try merged.forEachSlice(of: context.batchSize(Expire.sliceSize)) { slice in
      try context.hold(before: .forgetting, of: slice.value.count)
      let logged = try log.append(slice, stem: source.bitmaps.stem(of:), loggedAt: context.now)
      try source.bitmaps.forget(logged) { userMonth, verdict in
        switch verdict {
        case .deleted, .gone: report.forgotten += 1
        case .changed:
          report.rejected += 1
          context.observer.rejected(
            source.bitmaps.key(of: userMonth()),
            because: "changed since it was read; the next run takes it")
        }
      }
      try context.interruption.check()
    }
  }
}
