internal import MySQLClient
internal import MySQLStore
internal import RedisClient
internal import RedisStore
public import Rules

/// Looks at how the system is doing: when each job last succeeded, what waits in Redis, what is late.
///
/// A server that cannot be asked takes away what it alone knows, and no more. Redis tells when the last
/// rollover ran and up to which day all is archived; the history in MySQL, which is best effort, tells
/// the rest.
public struct Status: Sendable {
  /// As given to `loginlog expire`.
  public var afterDays: Int
  /// When cron runs what: by the clock of this machine, unless a test says otherwise.
  package var cronClock: LocalClock

  /// Codes that are named; all are counted.
  static let codesNamedMax = 10

  public init(afterDays: Int = ExpiryRule.defaultAfterDays) {
    self.afterDays = afterDays
    cronClock = machineClock()
  }

  public func report(in context: JobContext) throws -> StatusReport {
    let today = context.clock.day(at: context.now)
    guard let expiry = ExpiryRule(asOf: today, afterDays: afterDays) else {
      throw JobFailure(.usage, "accepted are more than \(ExpiryRule.afterDaysMin - 1) days")
    }
    var report = StatusReport(
      now: context.now, today: today, expiry: expiry, isMySQLConfigured: context.mysql != nil)
    let mysql = askMySQL(context, &report)
    let state = try askRedis(context, mysql, &report)
    judge(history: mysql, state: state, context, &report)
    return report
  }

  // MARK: Asking

  /// What MySQL told.
  private struct History {
    let database: MySQLDatabase
    var installedAt: Int?
    var runs: [ScheduledJob: RunHistory] = [:]
    var hasCatalogue = false
  }

  private func askMySQL(_ context: JobContext, _ report: inout StatusReport) -> History? {
    guard let endpoint = context.mysql else { return nil }
    var settings = MySQLSessionSettings()
    settings.access = .readOnly
    var history = History(database: MySQLDatabase(endpoint, settings: settings, tries: 1))
    do {
      let connection = try history.database.connection()
      try SchemaPreflight.check([], on: connection)
      history.installedAt = try Schema(on: connection).firstAppliedAt()
      for job in ScheduledJob.allCases {
        history.runs[job] = try RunTable.history(of: job.name, on: connection)
      }
      history.hasCatalogue = try AdImage(history.database).hasAny()
      return history
    } catch {
      report.mysqlFailure = error
      return nil
    }
  }

  /// What Redis remembers of its ad statistics; nil where it cannot be asked or remembers nothing.
  private func askRedis(
    _ context: JobContext, _ history: History?, _ report: inout StatusReport
  ) throws -> AdStatState? {
    do {
      let connection = try RedisConnection(context.redis, access: .readOnly, tries: 1)
      try RedisPreflight.check(connection.serverInfo())
      let store = AdStatStore(connection, keyspace: context.keyspace)
      let state = try store.state()
      report.sealed = state?.sealed
      try readBacklog(connection, history, context, &report)
      try refuseOlder(state, store, history, &report)
      return state
    } catch let failure as JobFailure where failure.reason.isInterruption {
      throw failure
    } catch {
      report.redisFailure = error
      return nil
    }
  }

  private func readBacklog(
    _ connection: RedisConnection, _ history: History?, _ context: JobContext,
    _ report: inout StatusReport
  ) throws {
    let catalogue = history.flatMap { $0.hasCatalogue ? AdImage($0.database) : nil }
    var unknown = StatusReport.UnknownCodes()
    var seen = SeenKeys()
    var failure: (any Error)?
    report.backlog = try BacklogWalk(connection, context.keyspace).read { codes in
      guard let catalogue, failure == nil else { return }
      do {
        for code in codes.subtracting(try catalogue.known(of: codes)) where seen.insert(code) {
          unknown.count += 1
          if unknown.named.count < Status.codesNamedMax { unknown.named.append(code) }
        }
      } catch {
        failure = error
      }
    } progressed: { walk in
      try context.interruption.check()
      context.observer.progressed("keys", done: walk.visitedKeys, total: walk.expectedKeys)
    }
    unknown.named.sort()
    if let failure { report.mysqlFailure = failure }
    if catalogue != nil, failure == nil { report.unknownCodes = unknown }
  }

  /// The one thing that stops the jobs and that both servers know a half of.
  private func refuseOlder(
    _ state: AdStatState?, _ store: AdStatStore, _ history: History?,
    _ report: inout StatusReport
  ) throws {
    guard let state, let history else { return }
    do {
      let row = try AdSource(history.database).row(of: state.lineage)
      try OlderRedis.refuse(state, confirmed: row?.confirmed ?? 0, store: store)
    } catch let failure as JobFailure {
      report.late.append(failure.message)
    } catch let error as MySQLError {
      report.mysqlFailure = error
    }
  }

  // MARK: Judging

  private func judge(
    history: History?, state: AdStatState?, _ context: JobContext, _ report: inout StatusReport
  ) {
    for job in ScheduledJob.allCases {
      let runs = history?.runs[job]
      var jobState = StatusReport.JobState(
        job: job, lastSuccess: runs?.lastDone?.startedAt, lastExitCode: runs?.last?.exitCode,
        nextDue: job.schedule.next(after: context.now, on: cronClock))
      let owed = job.owedSince(now: context.now, on: cronClock)
      var duty = Duty(
        owedSince: owed, lastSuccess: jobState.lastSuccess, installedAt: history?.installedAt,
        isHistoryKnown: history != nil)
      if job == .rolloverHour { duty.learn(from: state, clock: context.clock) }
      if job == .cpcArchiveDay {
        // Who keeps no sketches of days owes no run.
        duty.isOwed = !report.closedSketchDays.isEmpty
        report.lastSketchArchive = jobState.lastSuccess.map { context.clock.day(at: $0) }
      }
      jobState.isLate = duty.isNeglected
      if duty.isNeglected {
        report.late.append(
          "\(job.name): was due at \(context.clock.text(of: owed)), last success "
            + (jobState.lastSuccess.map { context.clock.text(of: $0) } ?? "unknown"))
      }
      report.jobs.append(jobState)
    }
    judgeDays(context, &report)
  }

  /// Days that the archive should have taken, whatever the history says.
  private func judgeDays(_ context: JobContext, _ report: inout StatusReport) {
    let booking = BookingRule(clock: context.clock)
    let owed = ScheduledJob.archiveDay.owedSince(now: context.now, on: cronClock)
    let days = report.unarchivedDays.filter { booking.endOfBooking(for: $0) <= owed }
    guard let oldest = days.first else { return }
    report.late.append(
      "\(days.count) closed \(days.count == 1 ? "day is" : "days are") not archived, the oldest "
        + oldest.description)
  }
}

extension JobFailure.Reason {
  fileprivate var isInterruption: Bool {
    if case .interrupted = self { true } else { false }
  }
}
