import Jobs
import MySQLClient
import RedisClient
import RedisStore
import Rules
import Synchronization
import TestServers

/// A Redis with a clock of its own and, where a flavour is named, an empty migrated database: what
/// the tests of ad statistics count, roll over and archive in.
struct AdStatFixture {
  let clock: FakeClock
  let server: RedisServer
  let redis: RedisConnection
  let observer = AdStatObserver()
  let mysql: MySQLServer?
  let database: String
  var context: JobContext

  /// Redis' clock starts at `instant`, in UTC; `zone` is where the days are.
  init(
    at instant: String = "2026-11-20 09:00:05", _ flavor: MySQLServer.Flavor? = nil,
    zone: String = "UTC", keyspace: Keyspace = Keyspace(), configuration: [String] = []
  ) throws {
    clock = try FakeClock(at: instant)
    server = try RedisServer(configuration: configuration, environment: clock.environment)
    let endpoint = try RedisEndpoint(url: server.url())
    redis = try RedisConnection(endpoint)
    context = JobContext(
      redis: endpoint, mysql: nil, keyspace: keyspace, clock: try localClock(zone: zone),
      now: try FakeClock.seconds(instant), observer: observer)
    guard let flavor else {
      mysql = nil
      database = ""
      return
    }
    let mysql = try MySQLServer.shared(flavor)
    database = try mysql.freshDatabase()
    let target = try MySQLEndpoint(url: mysql.url(database: database))
    _ = try Migrate().perform(on: target, isDryRun: false)
    context.mysql = target
    self.mysql = mysql
  }

  // MARK: Jobs

  @discardableResult
  func rollOver(
    hour: String? = nil, graceMinutes: Int = 15, source: RolloverHour.Source = .scan,
    isDryRun: Bool = false
  ) -> JobOutcome {
    perform(
      RolloverHour(hour: hour.map { LocalHour($0)! }, graceMinutes: graceMinutes, source: source),
      isDryRun: isDryRun)
  }

  @discardableResult
  func archive(
    _ first: String? = nil, to last: String? = nil, keepDays: Int = 2, isDryRun: Bool = false
  ) -> JobOutcome {
    let days = first.map { CivilDay($0)!...CivilDay(last ?? $0)! }
    return perform(ArchiveDay(days: days, keepDays: keepDays), isDryRun: isDryRun)
  }

  func perform(_ job: some Job, isDryRun: Bool = false) -> JobOutcome {
    var context = context
    context.isDryRun = isDryRun
    return run(job, in: context)
  }

  // MARK: Redis

  @discardableResult
  func send(_ words: String...) throws -> RedisReply {
    try redis.send(RedisCommand(words[0], words.dropFirst().map { Array($0.utf8) }))
  }

  /// As the live service does it.
  func count(_ code: String, shows: Int = 0, clicks: Int = 0) throws {
    if shows > 0 { try send("INCRBY", "\(code)_show", "\(shows)") }
    if clicks > 0 { try send("INCRBY", "\(code)_click", "\(clicks)") }
  }

  func value(_ key: String) throws -> String? { text(try send("GET", key)) }

  /// Counts by hour, without the lineage; nil where there is no such hash.
  func hash(_ key: String) throws -> [String: String]? {
    guard case .array(let words) = try send("HGETALL", key), !words.isEmpty else { return nil }
    var fields: [String: String] = [:]
    for index in stride(from: 0, to: words.count, by: 2) {
      fields[text(words[index]) ?? ""] = text(words[index + 1])
    }
    fields["lineage"] = nil
    return fields
  }

  func exists(_ key: String) throws -> Bool { try send("EXISTS", key) == .integer(1) }
  func state(_ field: String) throws -> String? { text(try send("HGET", "tally:adstat", field)) }
  func digest() throws -> String? { text(try send("DEBUG", "DIGEST")) }

  private func text(_ reply: RedisReply) -> String? {
    switch reply {
    case .bytes(let bytes): String(decoding: bytes, as: UTF8.self)
    case .status(let text): text
    default: nil
    }
  }

  // MARK: MySQL

  /// `ad_ctr` as lines `2026-11-20 9 code epoch shows clicks`.
  func rows() throws -> [String] {
    try query(
      """
      SELECT CONCAT_WS(' ', day, hour, code, epoch, show_count, click_count) FROM ad_ctr
      ORDER BY day, code, hour, epoch
      """)
  }

  @discardableResult
  func query(_ sql: String) throws -> [String] {
    guard let mysql else { return [] }
    return try mysql.run(sql, database: database).split(separator: "\n").map(String.init)
  }
}

extension JobOutcome {
  var exitCode: Int32 { ExitStatus(of: self).code }
  /// found, changed, unchanged, forgotten, rejected.
  var numbers: [Int] {
    [report.found, report.changed, report.unchanged, report.forgotten, report.rejected]
  }
}

/// Remembers what a job told.
final class AdStatObserver: JobObserver {
  private let told = Mutex<(rejected: [String: String], warnings: [String], notes: [String])>(
    ([:], [], []))

  /// Reasons by key, as printable text.
  var rejected: [String: String] { told.withLock { $0.rejected } }
  var warnings: [String] { told.withLock { $0.warnings } }
  var notes: [String] { told.withLock { $0.notes } }

  func progressed(_ step: StaticString, done: Int, total: Int?) {}
  func warned(_ message: String) { told.withLock { $0.warnings.append(message) } }
  func noted(_ message: String) { told.withLock { $0.notes.append(message) } }
  func rejected(_ key: [UInt8], because reason: String) {
    told.withLock { $0.rejected[printable(key)] = reason }
  }
}
