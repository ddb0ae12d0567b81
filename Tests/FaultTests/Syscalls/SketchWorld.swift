import Jobs
import MySQLClient
import RedisClient
import RedisStore
import Rules
import Sketches
import TestServers
import Testing

/// Items in sketches and viewers of an image, all of one day that is long over, and what MySQL must know
/// of them afterwards, whatever struck the archive.
final class SketchWorld {
  static let archive = ["cpc", "archive-day", "--keep-days", "0"]
  private static let day = "2020-02-29"

  private let redis: RedisConnection
  private let redisURL: String
  private let mysql: MySQLServer
  private let database: String
  private let folder: String
  private let context: JobContext
  private var round = 0
  /// Everything that was ever added to the sketch.
  private var all: CPCSketch

  init(_ flavor: MySQLServer.Flavor) throws {
    folder = try PrivateFolder.make()
    let server = try RedisServer.shared()
    redisURL = server.url(database: server.freshDatabase())
    let endpoint = try RedisEndpoint(url: redisURL)
    redis = try RedisConnection(endpoint)
    mysql = try MySQLServer.shared(flavor)
    database = try mysql.freshDatabase()
    let target = try MySQLEndpoint(url: mysql.url(database: database))
    _ = try Migrate().perform(on: target, isDryRun: false)
    all = try CPCSketch(lgK: 12)
    // Without the lock: see LoginWorld.
    context = JobContext(
      redis: endpoint, mysql: target, now: CivilDay("2026-11-20")!.index * 86_400,
      observer: Silence())
  }

  deinit { try? PrivateFolder.remove(folder) }

  func run(_ tool: TallyTool) throws -> TallyTool.Output {
    try tool.run(
      Self.archive,
      environment: [
        "TALLY_REDIS_URL": redisURL, "TALLY_MYSQL_URL": mysql.url(database: database),
        "TALLY_LOCK_DIR": folder,
      ])
  }

  /// A row to merge into of each kind, and one that is new. Some come again who were there before.
  func seeSome() throws {
    let items = (round * 5..<round * 5 + 8).map { "v\($0)" }
    for item in items { all.update(item) }
    let words = items.map { Array($0.utf8) }
    for name in ["a", "n\(round)"] {
      _ = try SketchCommands(context).update(
        Array("cpc:\(name)_\(Self.day)".utf8), with: .items(words), lgK: 12, expiry: .keep)
    }
    for key in ["b_uv_\(Self.day)", "witness"] {
      _ = try redis.send(RedisCommand("PFADD", [Array(key.utf8)] + words))
    }
    round += 1
  }

  /// Twice, whole: then Redis has nothing more, and MySQL everything.
  func archiveTwice() throws {
    for number in 1...2 {
      let outcome = Jobs.run(CPCArchiveDay(keepDays: 0), in: context)
      #expect(outcome.failure == nil && outcome.report.rejected == 0, "\(outcome)")
      if number == 2 { #expect(outcome.report.found == 0) }
    }
    let keys = try redis.send(RedisCommand("KEYS", [Array("*".utf8)]))
    #expect(keys == .array([.bytes(Array("witness".utf8))]))
    let image = bytes(
      hex: try query("SELECT LOWER(HEX(sketch)) FROM cpc_day WHERE kind = 'cpc' AND name = 'a'"))
    #expect(
      try image.map { try CPCSketch(serialized: $0).couponCount } == all.couponCount)
    let viewers = try redis.send(RedisCommand("PFCOUNT", [Array("witness".utf8)]))
    let estimate = Int64(try query("SELECT ROUND(estimate) FROM cpc_day WHERE name = 'b'"))
    #expect(viewers == .integer(estimate ?? -1))
    #expect(try query("SELECT COUNT(*) FROM cpc_day") == "\(round + 2)")
  }

  private func query(_ sql: String) throws -> String { try mysql.run(sql, database: database) }
}
