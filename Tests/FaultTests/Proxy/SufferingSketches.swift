import Jobs
import RedisClient
import RedisStore
import Rules
import Sketches
import TestServers

/// The archive of sketches: one to merge into its row and to forget, two to insert and to forget, one
/// to keep.
struct SufferingSketches: Suffering {
  let description = "cpc archive-day"
  let arguments = ["cpc", "archive-day"]

  func run(in context: JobContext, logDirectory: String) -> (code: Int32, complaint: String) {
    let outcome = outcome(in: context)
    let complaint = outcome.failure.map { "\($0)" } ?? "\(outcome.report.rejected) rejected"
    return (ExitStatus(of: outcome).code, complaint)
  }

  func outcome(in context: JobContext) -> JobOutcome { Jobs.run(CPCArchiveDay(), in: context) }

  func prepare(_ bench: ProxyBench) throws {
    try bench.clear()
    try bench.sql("DELETE FROM cpc_day")
    let row = try sketch(20..<40)
    try bench.sql(
      """
      INSERT INTO cpc_day VALUES
      ('2026-11-15', 'cpc', 'a', 12, 9001, x'\(hex(row.serialized()))', 20, 20, 21)
      """)
    try add(0..<30, to: "cpc:a_2026-11-15", bench)
    try add(0..<5, to: "cpc:a_2026-11-18", bench)
    try add(0..<4, to: "cpc:c_2026-11-17", bench)
    try bench.send("PFADD", "b_uv_2026-11-15", "x", "y", "z")
  }

  /// Somebody comes late to a day that may have been forgotten.
  func liveOn(_ bench: ProxyBench) throws {
    try add(90..<91, to: "cpc:a_2026-11-15", bench)
    try bench.send("PFADD", "b_uv_2026-11-15", "late")
  }

  func defects(_ bench: ProxyBench) throws -> [String] {
    let held = try rows(bench) + bench.redisKeys()
    return differences(
      held: held,
      expected: try [
        "2026-11-15 cpc a \(sketch(Array(0..<40) + [90]).couponCount)",
        "2026-11-15 hll b 4", "2026-11-17 cpc c 4", "2026-11-18 cpc a 5", "cpc:a_2026-11-18",
      ])
  }

  /// Day, kind, name, and how many coupons or viewers.
  func rows(_ bench: ProxyBench) throws -> [String] {
    try bench.sql("SELECT day, kind, name, HEX(sketch) FROM cpc_day ORDER BY day, kind, name").map {
      let words = $0.split(separator: " ")
      let image = bytes(hex: words[3].lowercased()) ?? []
      let count =
        words[1] == "cpc"
        ? try CPCSketch(serialized: image).couponCount
        : Int(try HyperLogLog(redisValue: image).estimate)
      return "\(words[0]) \(words[1]) \(words[2]) \(count)"
    }
  }

  private func sketch(_ items: some Sequence<Int>) throws -> CPCSketch {
    var sketch = try CPCSketch(lgK: 12)
    for item in items { sketch.update("v\(item)") }
    return sketch
  }

  private func add(_ items: Range<Int>, to key: String, _ bench: ProxyBench) throws {
    _ = try SketchCommands(bench.context).update(
      Array(key.utf8), with: .items(items.map { Array("v\($0)".utf8) }), lgK: 12, expiry: .keep)
  }
}

extension ProxyBench {
  func redisKeys() throws -> [String] {
    guard case .array(let keys) = try send("KEYS", "*") else { return [] }
    return keys.map {
      guard case .bytes(let bytes) = $0 else { return "" }
      return String(decoding: bytes, as: UTF8.self)
    }.sorted()
  }
}
