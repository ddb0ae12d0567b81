import Jobs
import MySQLClient
import RedisClient
import RedisStore
import Rules
import Sketches
import TestServers

/// A Redis with a clock of its own and a migrated database, and what tests of sketches do to them.
struct SketchFixture {
  var base: AdStatFixture

  /// Redis' clock starts in the night after the 20th of November.
  init(_ flavor: MySQLServer.Flavor, keyspace: Keyspace = Keyspace()) throws {
    base = try AdStatFixture(at: "2026-11-21 02:40:00", flavor, keyspace: keyspace)
  }

  var observer: AdStatObserver { base.observer }

  @discardableResult
  func archive(_ days: String..., keepDays: Int = 2, isDryRun: Bool = false) -> JobOutcome {
    base.perform(
      CPCArchiveDay(days: Set(days.map { CivilDay($0)! }), keepDays: keepDays), isDryRun: isDryRun)
  }

  @discardableResult
  func send(_ words: String...) throws -> RedisReply {
    try base.redis.send(RedisCommand(words[0], words.dropFirst().map { Array($0.utf8) }))
  }

  /// As the live service does it.
  func see(_ viewers: Range<Int>, of code: String, on day: String) throws {
    for start in stride(from: viewers.lowerBound, to: viewers.upperBound, by: 5000) {
      let some = start..<min(start + 5000, viewers.upperBound)
      let words = ["\(code)_uv_\(day)"] + some.map { "v\($0)" }
      _ = try base.redis.send(RedisCommand("PFADD", words.map { Array($0.utf8) }))
    }
  }

  /// As `tally cpc update` does it.
  func update(_ key: String, with items: Range<Int>, lgK: Int = 12) throws {
    _ = try SketchCommands(base.context).update(
      Array(key.utf8), with: .items(items.map { Array("v\($0)".utf8) }), lgK: lgK, expiry: .keep)
  }

  func value(_ key: String) throws -> [UInt8]? {
    guard case .bytes(let bytes) = try send("GET", key) else { return nil }
    return bytes
  }

  /// `2026-11-20 cpc name` and the estimate, in whole thousands above 10,000.
  func rows() throws -> [String] {
    try base.query(
      """
      SELECT CONCAT_WS(' ', day, kind, name, lg_k,
        IF(estimate > 10000, CONCAT(ROUND(estimate, -4) DIV 1000, 'k'), ROUND(estimate)))
      FROM cpc_day ORDER BY day, kind, name, lg_k
      """)
  }

  func keys() throws -> [String] {
    guard case .array(let keys) = try send("KEYS", "*") else { return [] }
    return keys.map {
      guard case .bytes(let bytes) = $0 else { return "" }
      return String(decoding: bytes, as: UTF8.self)
    }.sorted()
  }

  func fingerprint() throws -> [String] {
    try base.query("CHECKSUM TABLE cpc_day") + [base.digest() ?? ""]
  }
}
