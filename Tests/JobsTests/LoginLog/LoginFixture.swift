import Jobs
import MySQLClient
import RedisClient
import RedisStore
import Rules
import Synchronization
import TestServers

/// A Redis and a MySQL database of a test's own, the schema applied, and what login tests do to them.
struct LoginFixture {
  let redis: RedisConnection
  let mysql: MySQLServer
  let database: String
  let observer = LoginObserver()
  /// Held, because a server ends with its last reference.
  private let redisServer: RedisServer
  private let redisEndpoint: RedisEndpoint
  private let mysqlEndpoint: MySQLEndpoint

  /// 2026-11-20T09:00:00Z
  static let now = CivilDay("2026-11-20")!.index * 86_400 + 9 * 3600

  /// On the run's common servers, or on a Redis of the test's own.
  init(_ flavor: MySQLServer.Flavor, redis own: RedisServer? = nil) throws {
    redisServer = try own ?? RedisServer.shared()
    redisEndpoint = try RedisEndpoint(url: redisServer.url(database: redisServer.freshDatabase()))
    redis = try RedisConnection(redisEndpoint)
    mysql = try MySQLServer.shared(flavor)
    database = try mysql.freshDatabase()
    mysqlEndpoint = try MySQLEndpoint(url: mysql.url(database: database))
    _ = try Migrate().perform(on: mysqlEndpoint, isDryRun: false)
  }

  func context(isDryRun: Bool = false, keyspace: Keyspace = Keyspace()) -> JobContext {
    JobContext(
      redis: redisEndpoint, mysql: mysqlEndpoint, keyspace: keyspace, now: LoginFixture.now,
      isDryRun: isDryRun, observer: observer)
  }

  /// What a job reported; its error, if any, is thrown.
  func perform(_ job: some Job, isDryRun: Bool = false, keyspace: Keyspace = Keyspace()) throws
    -> RunReport
  {
    var report = RunReport(job: type(of: job).name, isDryRun: isDryRun)
    try job.perform(in: context(isDryRun: isDryRun, keyspace: keyspace), report: &report)
    return report
  }

  func sync(_ months: String..., isDryRun: Bool = false) throws -> RunReport {
    try perform(SyncWeek(months: months.map { Month($0)! }), isDryRun: isDryRun)
  }

  /// As the live service does it.
  func logIn(_ key: String, on days: Int...) throws { try logIn(Array(key.utf8), on: days) }

  func logIn(_ key: [UInt8], on days: [Int]) throws {
    for day in days {
      _ = try redis.send(RedisCommand("SETBIT", [key, Array("\(day)".utf8), Array("1".utf8)]))
    }
  }

  func send(_ words: String...) throws -> RedisReply {
    try redis.send(RedisCommand(words[0], words.dropFirst().map { Array($0.utf8) }))
  }

  func exists(_ key: String) throws -> Bool { try send("EXISTS", key) == .integer(1) }

  /// `login_month` as lines `2026-11-01 app 7 10`: month, type, id and the days' bits.
  func rows() throws -> [String] {
    try query(
      """
      SELECT CONCAT_WS(' ', month, user_type, user_id, days) FROM login_month
      ORDER BY month, user_type, user_id
      """)
  }

  func query(_ sql: String) throws -> [String] {
    try mysql.run(sql, database: database).split(separator: "\n").map(String.init)
  }
}

/// Remembers what a job told.
final class LoginObserver: JobObserver {
  private let told = Mutex<(rejected: [String: String], warnings: [String])>(([:], []))

  /// Reasons by key, as printable text.
  var rejected: [String: String] { told.withLock { $0.rejected } }
  var warnings: [String] { told.withLock { $0.warnings } }

  func progressed(_ step: StaticString, done: Int, total: Int?) {}
  func warned(_ message: String) { told.withLock { $0.warnings.append(message) } }
  func noted(_ message: String) {}
  func rejected(_ key: [UInt8], because reason: String) {
    told.withLock { $0.rejected[printable(key)] = reason }
  }
}

/// The bits of `days`, as the column has them.
func bits(_ days: Int...) -> UInt32 { days.reduce(0) { $0 | 1 << UInt32($1) } }
