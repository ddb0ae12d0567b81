import Foundation
import Glibc
import Jobs
import MySQLClient
import RedisClient
import Rules
import TestServers
import Testing

/// Users who log in, a database, a folder for logs and locks, and what must be known of every login
/// afterwards, whatever struck the jobs.
final class LoginWorld {
  let folder: String
  let redis: RedisConnection
  private let redisURL: String
  private let mysql: MySQLServer
  private let database: String
  private let context: JobContext
  /// The bits of all logins so far, by user id.
  private(set) var loggedIn: [String: UInt32] = [:]

  static let sync = ["loginlog", "sync-week", "--month", "2026-08"]
  static let expire = ["loginlog", "expire", "--as-of", "2026-11-20"]

  init(_ flavor: MySQLServer.Flavor = .mariadb) throws {
    folder = try PrivateFolder.make()
    let server = try RedisServer.shared()
    redisURL = server.url(database: server.freshDatabase())
    let endpoint = try RedisEndpoint(url: redisURL)
    redis = try RedisConnection(endpoint)
    mysql = try MySQLServer.shared(flavor)
    database = try mysql.freshDatabase()
    let target = try MySQLEndpoint(url: mysql.url(database: database))
    _ = try Migrate().perform(on: target, isDryRun: false)
    // Without the lock: a child that another test is just starting holds a copy of it for a moment.
    // That a killed run lets go of it is seen by the next struck one, which takes it.
    context = JobContext(
      redis: endpoint, mysql: target, now: CivilDay("2026-11-20")!.index * 86_400,
      observer: Silence())
  }

  deinit { try? PrivateFolder.remove(folder) }

  var environment: [String: String] {
    [
      "TALLY_REDIS_URL": redisURL, "TALLY_MYSQL_URL": mysql.url(database: database),
      "TALLY_LOCK_DIR": folder, "TALLY_LOG_DIR": folder,
    ]
  }

  /// As the live service does it, for a day of August 2026.
  func logIn(_ user: String, day: Int) throws {
    _ = try send("SETBIT", key(user), "\(day)", "1")
    loggedIn[user, default: 0] |= 1 << UInt32(day)
  }

  /// `count` users more, and one who was seen before.
  func logIn(newUsers count: Int) throws {
    for _ in 0..<count { try logIn("u\(loggedIn.count)", day: 1 + loggedIn.count % 31) }
    try logIn("u0", day: 1 + loggedIn.count % 31)
  }

  /// How many bitmaps Redis holds.
  func bitmapCount() throws -> Int {
    guard case .integer(let count) = try send("DBSIZE") else { throw TestFailure("DBSIZE") }
    return Int(count)
  }

  /// Where the log of the runs of `expireTwice` lies, and of a tool by whose clock it is that day.
  var log: String { "\(folder)/loginlog-expired-2026-11-20.jsonl" }

  /// Where the log of a run that the tool begins today or, past midnight, tomorrow lies.
  func logPaths() -> [String] {
    let today = CivilDay(index: time(nil) / 86_400)
    return [today, today.advanced(by: 1)].map { "\(folder)/loginlog-expired-\($0).jsonl" }
  }

  func run(
    _ tool: TallyTool, _ arguments: [String], _ more: [String: String] = [:]
  ) throws -> TallyTool.Output {
    try tool.run(arguments, environment: environment.merging(more) { $1 })
  }

  /// What every fault is followed by: twice the same job, whole.
  func syncTwice() {
    for _ in 1...2 { expectDone(SyncWeek(months: [Month("2026-08")!])) }
  }

  func expireTwice() throws {
    let rule = ExpiryRule(asOf: CivilDay("2026-11-20")!)!
    for _ in 1...2 { expectDone(Expire(rule: rule, logDirectory: folder)) }
    #expect(try bitmapCount() == 0, "nothing is left behind in redis")
    #expect(try logged() == loggedIn, "every bitmap that left has its line")
    expectNoStrangers()
  }

  private func expectDone(_ job: some Job) {
    let outcome = Jobs.run(job, in: context)
    #expect(outcome.failure == nil && outcome.report.rejected == 0, "\(outcome)")
  }

  /// Every login is in MySQL, and nothing else.
  func expectRowsExact() throws {
    let rows = try query("SELECT CONCAT_WS(' ', user_id, days, month, user_type) FROM login_month")
    let expected = loggedIn.map { "\($0.key) \($0.value) 2026-08-01 app" }
    #expect(Set(rows) == Set(expected))
    #expect(rows.count == expected.count)
  }

  func query(_ sql: String) throws -> [String] {
    try mysql.run(sql, database: database).split(separator: "\n").map(String.init)
  }

  /// The bits that the logs hold, by user id; lines that are none count as `badLineCount`.
  func logged() throws -> [String: UInt32] {
    var bits: [String: UInt32] = [:]
    for case .success(let line) in try logLines() {
      let user = String(decoding: line.key, as: UTF8.self).dropFirst(key("").count)
      bits[String(user), default: 0] |= line.bitmap.days.bits
    }
    return bits
  }

  func badLineCount() throws -> Int {
    try logLines().count { if case .failure = $0 { true } else { false } }
  }

  func lineCount() throws -> Int { try logLines().count }

  private func logLines() throws -> [Result<ExpiryLogLine, ExpiryLogFault>] {
    try files().filter { $0.hasSuffix(".jsonl") }.flatMap { name in
      let bytes = FileManager.default.contents(atPath: "\(folder)/\(name)") ?? Data()
      #expect(bytes.last ?? 10 == 10, "the log ends with a whole line")
      return bytes.split(separator: 10).map { line in
        Result { () throws(ExpiryLogFault) in
          try ExpiryLogLine(String(decoding: line, as: UTF8.self))
        }
      }
    }
  }

  private func expectNoStrangers() {
    let names = (try? files()) ?? []
    #expect(names.allSatisfy { $0.hasSuffix(".lock") || $0.hasSuffix(".jsonl") }, "\(names)")
  }

  private func files() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder)
  }

  private func key(_ user: String) -> String { "loginLog_2026-08_app_\(user)" }

  private func send(_ words: String...) throws -> RedisReply {
    try redis.send(RedisCommand(words[0], words.dropFirst().map { Array($0.utf8) }))
  }
}

/// Nobody is told anything.
struct Silence: JobObserver {
  func progressed(_ step: StaticString, done: Int, total: Int?) {}
  func warned(_ message: String) {}
  func noted(_ message: String) {}
  func rejected(_ key: [UInt8], because reason: String) {}
}
