import ArgumentParser
import Glibc
import Jobs
import RedisStore
import Rules

/// Whether a job needs MySQL at all.
enum MySQLNeed { case required, optional }

/// A command that runs a job: it makes the job from its options and puts the numbers into words; the
/// rest is the same for all.
protocol JobCommand: AsyncParsableCommand {
  associatedtype Work: Job

  static var mysqlNeed: MySQLNeed { get }
  var jobOptions: JobOptions { get }
  var common: CommonOptions { get }

  /// The job that the options ask for. `now` is in seconds since 1970.
  func work(settings: Settings, clock: LocalClock, now: Int) throws -> Work
  /// What the run keeps to for the sake of others.
  func limits(settings: Settings) throws -> PaceLimits
  /// The numbers of the summary line, in order.
  static func summary(of report: RunReport) -> [Tallied]
}

extension JobCommand {
  static var mysqlNeed: MySQLNeed { .required }

  func limits(settings: Settings) throws -> PaceLimits {
    try settings.paceLimits(maxRate: jobOptions.maxRate)
  }

  mutating func run() async throws {
    let terminal = Terminal(progress: common.progress)
    let observer = ConsoleObserver(terminal: terminal, level: common.logLevel.level)
    let outcome = await outcome(telling: observer)
    observer.finish()
    let line = outcome.report.line(Self.summary(of: outcome.report))
    throw ExitCode(tell(outcome, line: line, on: terminal, common).code)
  }

  private func outcome(telling observer: ConsoleObserver) async -> JobOutcome {
    do {
      let settings = try await Settings(common)
      settings.misspelt.forEach(observer.warned)
      let context = try context(settings: settings, observer: observer)
      let work = try work(settings: settings, clock: context.clock, now: context.now)
      return Jobs.run(work, in: context)
    } catch {
      let report = RunReport(job: Work.name, isDryRun: jobOptions.isDryRun)
      return JobOutcome(report: report, failure: error)
    }
  }

  private func context(settings: Settings, observer: ConsoleObserver) throws -> JobContext {
    JobContext(
      redis: try settings.redisEndpoint(),
      mysql: Self.mysqlNeed == .required
        ? try settings.mysqlEndpoint() : try settings.optionalMySQLEndpoint(),
      keyspace: Keyspace(prefix: settings.keyPrefix(), hashTags: try settings.hashTags()),
      clock: try settings.clock(), now: time(nil), isDryRun: jobOptions.isDryRun,
      lockDirectory: jobOptions.noLock
        ? nil : try settings.lockDirectory(flag: jobOptions.lockDir),
      observer: observer, interruption: interruption, limits: try limits(settings: settings))
  }
}

/// Says how a run went, and with which code to end. `line` is for people.
func tell(
  _ outcome: JobOutcome, line: String, on terminal: Terminal, _ common: CommonOptions
) -> ExitStatus {
  let status = ExitStatus(of: outcome)
  if let failure = outcome.failure {
    complain(about: failure)
  } else if !common.json, terminal.isTerminal || status == .rejected || common.logLevel == .info {
    terminal.write(line: line)
  }
  guard common.json else { return status }
  do { try writeToStdout(outcome.json()) } catch {
    complain(about: error)
    return outcome.failure == nil ? .inputOutput : status
  }
  return status
}
