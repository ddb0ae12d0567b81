import Foundation
import Jobs
import MySQLClient
import RedisClient
import Rules
import Synchronization
import TestServers
import Testing

/// The four jobs, as cron runs them on a site.
enum SiteJob: String, CaseIterable, Sendable, CustomTestStringConvertible {
  case rollOver = "adstat rollover-hour"
  case archive = "adstat archive-day --keep-days 0"
  case sync = "loginlog sync-week --month 2026-11"
  case expire = "loginlog expire"

  var testDescription: String { rawValue }

  /// All but the rollover, which needs Redis only.
  static let writingMySQL: [SiteJob] = [.archive, .sync, .expire]
}

/// A Redis that lives by a clock of its own, a migrated database, a folder for locks and logs, and the
/// tool that runs on them: what a fault strikes, and the oracle that is asked afterwards.
final class Site {
  /// When counting goes on, and the night after it.
  static let morning = "2026-11-20 09:00:05"
  static let night = "2026-11-21 02:10:00"
  /// When everything is due that a fault left behind.
  static let later = "2026-11-24 02:10:00"

  /// What `fill` puts in, as MySQL has to hold it in the end.
  static let totals = ["A 5 1", "B 7 0"]
  static let logins = ["2026-08-01 web 2 1048576", "2026-11-01 web 1 512"]

  let clock: FakeClock
  let redis: RedisServer
  let mysql: MySQLServer
  private(set) var database = ""
  let folder: String
  var mysqlUser = "root"
  /// Behind the URL of MySQL, such as `&read-timeout=1`.
  var mysqlParameters = ""
  private var now = Site.morning

  /// On a Redis of its own, and on the run's common MySQL server or on `own`.
  init(
    _ flavor: MySQLServer.Flavor = .mariadb, mysql own: MySQLServer? = nil,
    redis configuration: [String] = []
  ) throws {
    clock = try FakeClock(at: Site.morning)
    redis = try RedisServer(configuration: configuration, environment: clock.environment)
    mysql = try own ?? MySQLServer.shared(flavor)
    folder = try PrivateFolder.make()
    for name in ["locks", "logs"] where mkdir("\(folder)/\(name)", 0o700) != 0 {
      throw TestFailure("cannot make \(folder)/\(name)")
    }
    try migrateFreshDatabase()
  }

  deinit { try? PrivateFolder.remove(folder) }

  func migrateFreshDatabase() throws {
    database = try mysql.freshDatabase()
    _ = try Migrate().perform(
      on: MySQLEndpoint(url: mysql.url(database: database)), isDryRun: false)
  }

  /// An account that may do what the jobs need and no more; `init_connect` and `read_only` count for
  /// such ones alone.
  func useWorkingAccount() throws {
    mysqlUser = "\(database)_w"
    try mysql.run(
      """
      CREATE USER '\(mysqlUser)'@'localhost';
      GRANT SELECT, INSERT, UPDATE ON `\(database)`.* TO '\(mysqlUser)'@'localhost'
      """)
  }

  // MARK: Time

  func setClock(_ instant: String) throws {
    now = instant
    try clock.set(to: instant)
  }

  // MARK: Counting

  /// Two images and two users; one of the bitmaps is old enough to expire.
  func fill() throws {
    try redis.run(["MSET", "A_show", "5", "A_click", "1", "B_show", "7"])
    try redis.run(["SETBIT", "loginLog_2026-11_web_1", "9", "1"])
    try redis.run(["SETBIT", "loginLog_2026-08_web_2", "20", "1"])
  }

  /// Fills the site and brings it to where `job` has work to do.
  func arrange(for job: SiteJob) throws {
    try setClock(Site.morning)
    try fill()
    guard job == .archive else { return }
    try perform(.rollOver)
    try setClock(Site.night)
  }

  /// As if nothing had ever been counted.
  func empty() throws {
    try redis.run(["FLUSHALL"])
    try query("DELETE FROM ad_ctr; DELETE FROM ad_source; DELETE FROM login_month")
  }

  // MARK: Running

  var environment: [String: String] {
    [
      "TALLY_REDIS_URL": redis.url(),
      "TALLY_MYSQL_URL": mysql.url(database: database, user: mysqlUser) + mysqlParameters,
      "TALLY_LOCK_DIR": "\(folder)/locks", "TALLY_LOG_DIR": "\(folder)/logs",
    ].merging(clock.environment) { $1 }
  }

  func run(
    _ job: SiteJob, _ more: String = "", _ variables: [String: String] = [:]
  ) throws -> TallyTool.Output {
    try start(job, more, variables).wait()
  }

  func start(
    _ job: SiteJob, _ more: String = "", _ variables: [String: String] = [:]
  ) throws -> RunningTally {
    try TallyTool().start(
      "\(job.rawValue) \(more)".split(separator: " ").map(String.init),
      environment: environment.merging(variables) { $1 })
  }

  func run(
    _ arguments: [String], _ variables: [String: String] = [:]
  ) throws -> TallyTool.Output {
    try TallyTool().run(arguments, environment: environment.merging(variables) { $1 })
  }

  /// The same in this process, on the account that may do everything; quicker, and `observer` may do
  /// harm in the middle of it.
  @discardableResult
  func perform(
    _ job: SiteJob, keepDays: Int = 0, zone: String = "UTC",
    observer: any JobObserver = SilentObserver()
  ) throws -> JobOutcome {
    let context = JobContext(
      redis: try RedisEndpoint(url: redis.url()),
      mysql: try MySQLEndpoint(url: mysql.url(database: database)),
      clock: try localClock(zone: zone), now: try FakeClock.seconds(now), observer: observer)
    return switch job {
    case .rollOver: Jobs.run(RolloverHour(), in: context)
    case .archive: Jobs.run(ArchiveDay(keepDays: keepDays), in: context)
    case .sync: Jobs.run(SyncWeek(months: [Month("2026-11")!]), in: context)
    case .expire:
      Jobs.run(
        Expire(
          rule: ExpiryRule(asOf: CivilDay(String(now.prefix(10)))!)!,
          logDirectory: "\(folder)/logs"),
        in: context)
    }
  }

  // MARK: The oracle

  /// Some days later every job runs twice more: then MySQL holds exactly what was counted, the second
  /// run changed nothing, and Redis has only what is not due.
  func expectSettled(
    _ totals: [String] = Site.totals, logins: [String] = Site.logins,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try perform(.rollOver)
    try setClock(Site.later)
    for round in 1...2 {
      for job in SiteJob.allCases {
        let outcome = try perform(job)
        #expect(
          outcome.failure == nil && outcome.report.rejected == 0, "\(job), run \(round)",
          sourceLocation: sourceLocation)
        guard round == 2 else { continue }
        #expect(
          outcome.report.changed == 0 && outcome.report.forgotten == 0, "\(job)",
          sourceLocation: sourceLocation)
      }
    }
    #expect(try self.totals() == totals, sourceLocation: sourceLocation)
    #expect(try self.logins() == logins, sourceLocation: sourceLocation)
    let rest = try keys()
    #expect(
      rest.allSatisfy { $0 == "tally:adstat" || $0.hasPrefix("loginLog_2026-11_") }, "\(rest)",
      sourceLocation: sourceLocation)
  }

  /// Shows and clicks of each code over all days: `A 5 1`.
  func totals() throws -> [String] {
    try query(
      """
      SELECT CONCAT_WS(' ', code, SUM(show_count), SUM(click_count)) FROM ad_ctr_hour
      GROUP BY code ORDER BY code
      """)
  }

  /// Month, type, id and the days' bits: `2026-11-01 web 1 512`.
  func logins() throws -> [String] {
    try query(
      """
      SELECT CONCAT_WS(' ', month, user_type, user_id, days) FROM login_month
      ORDER BY month, user_type, user_id
      """)
  }

  @discardableResult
  func query(_ sql: String) throws -> [String] {
    try mysql.run(sql, database: database).split(separator: "\n").map(String.init)
  }

  func keys() throws -> [String] {
    try redis.run(["KEYS", "*"]).split(separator: "\n").map(String.init).sorted()
  }

  /// All that both sides hold, to see whether anything changed; the history of runs aside.
  func fingerprint() throws -> [String] {
    try query("CHECKSUM TABLE ad_ctr, ad_source, login_month, ad_group, ad_image, ad_style")
      + [redis.run(["DEBUG", "DIGEST"])]
  }
}

/// Nobody listens.
struct SilentObserver: JobObserver {
  func progressed(_ step: StaticString, done: Int, total: Int?) {}
  func warned(_ message: String) {}
  func noted(_ message: String) {}
  func rejected(_ key: [UInt8], because reason: String) {}
}

/// Does harm when a job makes its `step`th progress, or with nil at each of them; remembers warnings.
final class HarmfulObserver: JobObserver {
  private let step: Int?
  private let harm: @Sendable () throws -> Void
  private let seen = Mutex<(steps: Int, warnings: [String], failures: [String])>((0, [], []))

  init(at step: Int?, _ harm: @escaping @Sendable () throws -> Void) {
    self.step = step
    self.harm = harm
  }

  var stepCount: Int { seen.withLock { $0.steps } }
  var warnings: [String] { seen.withLock { $0.warnings } }
  /// What the test itself could not do.
  var failures: [String] { seen.withLock { $0.failures } }

  func progressed(_ name: StaticString, done: Int, total: Int?) {
    let reached = seen.withLock { seen in
      seen.steps += 1
      return seen.steps
    }
    guard step == nil || step == reached else { return }
    do { try harm() } catch { seen.withLock { $0.failures.append("\(error)") } }
  }
  func warned(_ message: String) { seen.withLock { $0.warnings.append(message) } }
  func noted(_ message: String) {}
  func rejected(_ key: [UInt8], because reason: String) {}
}
