import Jobs
import MySQLClient
import RedisClient
import Rules
import TestServers
import Testing

/// Images that are shown and clicked, on a Redis with a clock of its own, and what must be counted of
/// every increment afterwards, whatever struck the jobs.
final class AdStatWorld {
  let clock: FakeClock
  let redis: RedisConnection
  private let server: RedisServer
  private let mysql: MySQLServer
  private let database: String
  private let folder: String
  private let context: JobContext
  private var hour = 0
  private static let start = "2026-03-01 00:05:00"

  /// Counts of one image.
  struct Counts: Equatable {
    var shows = 0
    var clicks = 0
  }
  /// All increments so far, by code.
  private(set) var counted: [String: Counts] = [:]

  static let rollover = ["adstat", "rollover-hour"]
  static let archive = ["adstat", "archive-day", "--keep-days", "0"]

  /// On the run's common server of that flavour, or on one of the test's own.
  init(_ flavor: MySQLServer.Flavor = .mariadb, mysql own: MySQLServer? = nil) throws {
    clock = try FakeClock(at: Self.start)
    folder = try PrivateFolder.make()
    server = try RedisServer(environment: clock.environment)
    let endpoint = try RedisEndpoint(url: server.url())
    redis = try RedisConnection(endpoint)
    mysql = try own ?? MySQLServer.shared(flavor)
    database = try mysql.freshDatabase()
    let target = try MySQLEndpoint(url: mysql.url(database: database))
    _ = try Migrate().perform(on: target, isDryRun: false)
    // Without the lock: see LoginWorld.
    context = JobContext(
      redis: endpoint, mysql: target, now: try FakeClock.seconds(Self.start), observer: Silence())
  }

  deinit { try? PrivateFolder.remove(folder) }

  func run(_ tool: TallyTool, _ arguments: [String]) throws -> TallyTool.Output {
    try tool.run(
      arguments,
      environment: [
        "TALLY_REDIS_URL": server.url(), "TALLY_MYSQL_URL": mysql.url(database: database),
        "TALLY_LOCK_DIR": folder,
      ])
  }

  /// As the live service does it: other numbers each time, so that no loss equals a double count.
  func count() throws {
    for (index, code) in ["a", "A", "b_show"].enumerated() {
      let shows = 1 + (hour * 7 + index * 13) % 101
      let clicks = (hour + index) % 3
      _ = try send("INCRBY", "\(code)_show", "\(shows)")
      if clicks > 0 { _ = try send("INCRBY", "\(code)_click", "\(clicks)") }
      counted[code, default: Counts()].shows += shows
      counted[code, default: Counts()].clicks += clicks
    }
  }

  /// Many images with long codes, each shown once.
  func count(images: Int) throws {
    let codes = (0..<images).map { String(repeating: "x", count: 110) + String($0) }
    _ = try redis.pipeline(codes.map { RedisCommand("INCR", [Array("\($0)_show".utf8)]) })
    for code in codes { counted[code, default: Counts()].shows += 1 }
  }

  /// Redis' clock goes on by some hours; nobody's clock ever goes back here.
  func advance(hours: Int) throws {
    hour += hours
    try clock.set(to: try FakeClock.seconds(Self.start) + hour * 3600)
  }

  // What every fault is followed by: twice the same job, whole.

  func rollOverTwice() throws {
    for _ in 1...2 { expectDone(RolloverHour()) }
    #expect(try keys("*_show").isEmpty && keys("*_click").isEmpty, "all live counters moved")
    #expect(try inDayHashes() == counted)
  }

  func archiveTwice() throws {
    let archive = ArchiveDay(keepDays: 0)
    expectDone(archive)
    #expect(expectDone(archive).changed == 0)
    #expect(try send("KEYS", "*") == .array([.bytes(Array("tally:adstat".utf8))]))
    #expect(try inMySQL() == counted)
  }

  func dayHashCount() throws -> Int { try keys("*_day_*").count }

  @discardableResult
  func expectDone(_ job: some Job) -> RunReport {
    let outcome = Jobs.run(job, in: context)
    #expect(outcome.failure == nil && outcome.report.rejected == 0, "\(outcome)")
    return outcome.report
  }

  func query(_ sql: String) throws -> [String] {
    try mysql.run(sql, database: database).split(separator: "\n").map(String.init)
  }

  private func inMySQL() throws -> [String: Counts] {
    var found: [String: Counts] = [:]
    for row in try query("SELECT code, SUM(show_count), SUM(click_count) FROM ad_ctr GROUP BY code")
    {
      let columns = row.split(separator: "\t").map(String.init)
      found[columns[0]] = Counts(shows: Int(columns[1]) ?? -1, clicks: Int(columns[2]) ?? -1)
    }
    return found
  }

  private func inDayHashes() throws -> [String: Counts] {
    var found: [String: Counts] = [:]
    for key in try keys("*_day_*") {
      guard case .array(let fields) = try send("HGETALL", key) else { continue }
      var sum = 0
      for index in stride(from: 0, to: fields.count, by: 2) where Int(text(fields[index])) != nil {
        sum += Int(text(fields[index + 1])) ?? -1_000_000
      }
      // `<code>_day_show_2026-03-01`; a click's day hash has another length.
      let isShow = key.dropLast(11).hasSuffix("_day_show")
      let code = String(key.dropLast(isShow ? 20 : 21))
      if isShow {
        found[code, default: Counts()].shows += sum
      } else {
        found[code, default: Counts()].clicks += sum
      }
    }
    return found
  }

  private func keys(_ pattern: String) throws -> [String] {
    guard case .array(let keys) = try send("KEYS", pattern) else { throw TestFailure("KEYS") }
    return keys.map(text)
  }

  private func send(_ words: String...) throws -> RedisReply {
    try redis.send(RedisCommand(words[0], words.dropFirst().map { Array($0.utf8) }))
  }

  private func text(_ reply: RedisReply) -> String {
    guard case .bytes(let bytes) = reply else { return "" }
    return String(decoding: bytes, as: UTF8.self)
  }
}
