import Foundation
import Jobs
import MySQLClient
import RedisClient
import RedisStore
import Rules
import Synchronization
import TestServers

/// A place to let a run go wrong: a Redis database and a MySQL database of its own, a fault proxy
/// before each, one plan for both, and a folder for locks and logs.
///
/// The run that shall suffer goes through the proxies; preparing, healing and looking go to the servers
/// themselves.
final class ProxyBench {
  let plan = FaultPlan()
  let redis: RedisConnection
  let mysqlServer: MySQLServer
  let database: String
  let folder: String
  let redisProxy: FaultProxy
  let mysqlProxy: FaultProxy
  /// As a job is given it, without proxies.
  let context: JobContext
  /// The schema as an untouched migration leaves it.
  let migratedSchema: [String]
  private let redisDatabase: Int
  private let redisServer: RedisServer
  /// Connects again where the server was killed.
  private let mysql: MySQLDatabase

  /// Redis' clock where the test brings none of its own: five seconds past noon, and standing.
  static let noon = "2026-11-20 12:00:05"
  private static let commonRedis = Result {
    let clock = try FakeClock(at: noon)
    try clock.freeze(at: noon)
    return (clock: clock, server: try RedisServer(environment: clock.environment))
  }

  init(
    _ flavor: MySQLServer.Flavor, redis own: RedisServer? = nil, mysql server: MySQLServer? = nil
  ) throws {
    redisServer = try own ?? ProxyBench.commonRedis.get().server
    redisDatabase = redisServer.freshDatabase()
    mysqlServer = try server ?? MySQLServer.shared(flavor)
    database = try mysqlServer.freshDatabase()
    folder = try PrivateFolder.make()
    redisProxy = try FaultProxy(.redis, to: redisServer.socketPath, plan: plan)
    mysqlProxy = try FaultProxy(.mysql, to: mysqlServer.socketPath, plan: plan)
    let redisEndpoint = try RedisEndpoint(url: redisServer.url(database: redisDatabase))
    let mysqlEndpoint = try MySQLEndpoint(url: mysqlServer.url(database: database))
    _ = try Migrate().perform(on: mysqlEndpoint, isDryRun: false)
    redis = try RedisConnection(redisEndpoint)
    mysql = MySQLDatabase(mysqlEndpoint)
    migratedSchema = try schemaLines(mysql)
    context = JobContext(
      redis: redisEndpoint, mysql: mysqlEndpoint, now: try FakeClock.seconds(ProxyBench.noon),
      observer: SilentObserver())
  }

  deinit { try? PrivateFolder.remove(folder) }

  /// The same through the proxies.
  func proxiedContext() throws -> JobContext {
    var context = context
    context.redis = try RedisEndpoint(url: redisProxy.redisURL(database: redisDatabase))
    context.mysql = try MySQLEndpoint(url: mysqlProxy.mysqlURL(database: database))
    return context
  }

  /// For the tool, through the proxies.
  var environment: [String: String] {
    [
      "TALLY_REDIS_URL": redisProxy.redisURL(database: redisDatabase),
      "TALLY_MYSQL_URL": mysqlProxy.mysqlURL(database: database),
      "TALLY_LOCK_DIR": folder, "TALLY_LOG_DIR": folder,
    ]
  }

  /// Empties both sides and the folder.
  func clear() throws {
    try send("FLUSHDB")
    for table in ["ad_ctr", "ad_source", "login_month", "tally_run"] {
      try sql("DELETE FROM \(table)")
    }
    for name in try logNames() { unlink("\(folder)/\(name)") }
  }

  // MARK: Both sides

  @discardableResult
  func send(_ words: String...) throws -> RedisReply {
    try redis.send(RedisCommand(words[0], words.dropFirst().map { Array($0.utf8) }))
  }

  @discardableResult
  func sql(_ text: String) throws -> [String] {
    try lines(text, on: mysql)
  }

  func exists(_ key: String) throws -> Bool { try send("EXISTS", key) == .integer(1) }

  /// How many messages of the run that went through the proxies have all these pieces.
  func count(of pieces: String...) -> Int {
    plan.messages.filter { message in pieces.allSatisfy { message.text.contains($0) } }.count
  }

  /// Sends a command, as the live service does, from any thread.
  var redisClient: @Sendable (String...) -> Void {
    { [redisServer, redisDatabase] (words: String...) in
      _ = try? redisServer.run(words, database: redisDatabase)
    }
  }

  func schema() throws -> [String] { try schemaLines(mysql) }

  /// What both sides and the expiry logs hold, a line for each key, row and logged bitmap. What chance
  /// decides (lineages) or repetition (numbers of archives, repeated log lines) is left out.
  func picture() throws -> [String] {
    try redisLines() + rowLines() + logLines()
  }

  private func redisLines() throws -> [String] {
    var lines: [String] = []
    for key in try strings(send("KEYS", "*")).sorted() {
      guard case .status(let type) = try send("TYPE", key) else { continue }
      if type == "hash" {
        let words = try strings(send("HGETALL", key))
        let fields = stride(from: 0, to: words.count, by: 2)
          .filter { !["lineage", "mark"].contains(words[$0]) }
          .map { "\(words[$0])=\(words[$0 + 1])" }
        lines.append("\(key): \(fields.sorted().joined(separator: " "))")
      } else if case .bytes(let value) = try send("GET", key) {
        let isBitmap = key.hasPrefix("loginLog")
        lines.append("\(key) = \(isBitmap ? hex(value) : String(decoding: value, as: UTF8.self))")
      }
    }
    return lines
  }

  private func rowLines() throws -> [String] {
    try sql(
      "SELECT day, hour, code, epoch, show_count, click_count FROM ad_ctr ORDER BY 1, 2, 3, 4")
      + sql("SELECT month, user_type, user_id, days FROM login_month ORDER BY 1, 2, 3")
  }

  private func logLines() throws -> [String] {
    var days: [String: UInt32] = [:]
    for name in try logNames() {
      let text = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
      for line in text.split(separator: "\n") {
        let logged = try ExpiryLogLine(String(line))
        days[String(decoding: logged.key, as: UTF8.self), default: 0] |= logged.bitmap.days.bits
      }
    }
    return days.sorted { $0.key < $1.key }.map { "logged \($0.key) \($0.value)" }
  }

  private func logNames() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder)
      .filter { $0.hasPrefix("loginlog-expired-") }
  }

  private func strings(_ reply: RedisReply) -> [String] {
    guard case .array(let values) = reply else { return [] }
    return values.map {
      guard case .bytes(let bytes) = $0 else { return "\($0)" }
      return String(decoding: bytes, as: UTF8.self)
    }
  }
}

private func lines(_ sql: String, on mysql: MySQLDatabase) throws -> [String] {
  try mysql.retrying { try $0.rows(SQL(trusted: sql), label: "test") }.map { row in
    row.map { String(decoding: $0 ?? Array("NULL".utf8), as: UTF8.self) }.joined(separator: " ")
  }
}

/// Tables, columns, keys, views and applied versions.
private func schemaLines(_ mysql: MySQLDatabase) throws -> [String] {
  try lines(
    """
    SELECT TABLE_NAME, COLUMN_NAME, COLUMN_TYPE, IS_NULLABLE, COLUMN_KEY, COLLATION_NAME
    FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() ORDER BY 1, 2
    """, on: mysql) + lines("SELECT version FROM tally_schema ORDER BY 1", on: mysql)
}
