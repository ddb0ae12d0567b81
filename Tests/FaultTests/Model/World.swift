import Foundation
import Jobs
import MySQLClient
import RedisClient
import Rules
import TestServers

/// The servers, the clock and the folders that one schedule at a time has for itself.
///
/// Made once and used again: a schedule empties them, which takes a few milliseconds.
final class World: @unchecked Sendable {  // because a pool hands it to one schedule at a time
  let flavor: MySQLServer.Flavor
  let redis: RedisServer
  let mysql: MySQLServer
  /// Whether it may be killed: it is shared with nobody.
  let ownsMySQL: Bool
  let database: String
  let bell: Bell
  /// By Redis' clock, in seconds since 1970.
  private(set) var now = 0
  private(set) var latest = 0
  /// Where expired bitmaps are logged.
  private(set) var logFolder = ""
  /// How many schedules it saw.
  private(set) var useCount = 0

  private let clock: FakeClock
  private let folder: String
  private var turnstileCount = 0
  private(set) var service: RedisConnection
  private(set) var reader: MySQLConnection

  /// Redis keeps every acknowledged write through a SIGKILL. A MySQL that is not the world's own is the
  /// one of the whole test run.
  init(_ flavor: MySQLServer.Flavor, ownsMySQL: Bool) throws {
    self.flavor = flavor
    self.ownsMySQL = ownsMySQL
    bell = try Bell()
    clock = try FakeClock(at: "2026-01-01 00:00:00")
    redis = try RedisServer(
      configuration: ["appendonly yes", "appendfsync always"], environment: clock.environment)
    mysql = try ownsMySQL ? MySQLServer(flavor) : MySQLServer.shared(flavor)
    database = try mysql.freshDatabase()
    folder = try PrivateFolder.make()
    let endpoint = try MySQLEndpoint(url: mysql.url(database: database))
    _ = try Migrate().perform(on: endpoint, isDryRun: false)
    service = try RedisConnection(RedisEndpoint(url: redis.url()))
    reader = try MySQLConnection(endpoint)
  }

  deinit { try? PrivateFolder.remove(folder) }

  /// Empties everything and sets the clock.
  func begin(at instant: Int) throws {
    useCount += 1
    try reconnect()
    try send("FLUSHALL")
    for table in ["ad_ctr", "ad_source", "login_month", "tally_run"] {
      try reader.execute(SQL(trusted: "DELETE FROM \(table)"), label: "begin")
    }
    if !logFolder.isEmpty { try FileManager.default.removeItem(atPath: logFolder) }
    logFolder = "\(folder)/log\(useCount)"
    try FileManager.default.createDirectory(
      atPath: logFolder, withIntermediateDirectories: false,
      attributes: [.posixPermissions: 0o700])
    latest = instant
    try setClock(instant)
  }

  func setClock(_ instant: Int) throws {
    now = instant
    latest = max(latest, instant)
    try clock.set(to: instant)
  }

  // MARK: Servers

  func restartRedis() throws {
    redis.kill()
    try redis.restart()
    try reconnect()
  }

  func restartMySQL() throws {
    mysql.kill()
    try mysql.restart()
    try reconnect()
  }

  /// The server ends every session but ours.
  func killMySQLSessions() throws {
    let others = try reader.rows(
      """
      SELECT id FROM information_schema.processlist
      WHERE db = DATABASE() AND id <> CONNECTION_ID()
      """, label: "sessions")
    for row in others {
      let number = String(decoding: row[0] ?? [], as: UTF8.self)
      // It may have ended by itself meanwhile.
      _ = try? reader.execute(SQL(trusted: "KILL \(number)"), label: "kill")
    }
  }

  func killRedisClients() throws { try send("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes") }

  private func reconnect() throws {
    service = try RedisConnection(RedisEndpoint(url: redis.url()))
    reader = try MySQLConnection(MySQLEndpoint(url: mysql.url(database: database)))
  }

  // MARK: The live service

  @discardableResult
  func send(_ words: String...) throws -> RedisReply {
    try service.send(RedisCommand(words[0], words.dropFirst().map { Array($0.utf8) }))
  }

  func count(_ counter: Counter, _ amount: UInt64) throws {
    _ = try service.send(
      RedisCommand("INCRBY", [counter.liveKey, Array("\(amount)".utf8)]))
  }

  func logIn(_ key: LoginKey, on day: Int) throws {
    _ = try service.send(
      RedisCommand("SETBIT", [key.bytes, Array("\(day)".utf8), Array("1".utf8)]))
  }

  // MARK: Runs

  func turnstile() throws -> Turnstile {
    turnstileCount += 1
    return try Turnstile(
      path: "\(folder)/\(turnstileCount)", redis: redis.socketPath, mysql: mysql.socketPath)
  }

  /// For a run that goes through `turnstile`, or straight to the servers.
  func context(clock: LocalClock, turnstile: Turnstile? = nil, isDryRun: Bool = false) throws
    -> JobContext
  {
    JobContext(
      redis: RedisEndpoint(address: .unix(path: turnstile?.redisPath ?? redis.socketPath)),
      mysql: try MySQLEndpoint(url: mysqlURL(turnstile)), clock: clock, now: now,
      isDryRun: isDryRun,
      observer: SilentObserver())
  }

  func environment(zone: String, turnstile: Turnstile) -> [String: String] {
    [
      "TALLY_REDIS_URL": "unix://\(turnstile.redisPath)", "TALLY_MYSQL_URL": mysqlURL(turnstile),
      "TALLY_TIME_ZONE": zone, "TALLY_LOG_DIR": logFolder,
    ]
  }

  private func mysqlURL(_ turnstile: Turnstile?) -> String {
    "mysql://root@localhost/\(database)?socket=\(turnstile?.mysqlPath ?? mysql.socketPath)"
  }
}
