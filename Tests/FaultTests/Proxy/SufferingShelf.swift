import Foundation
import Jobs
import RedisClient
import Rules
import TestServers

/// The shelf check, with one image to put up, one to change, one to take down with its counters, and
/// one that is found only on a shelf.
struct SufferingShelf: Suffering {
  let description = "adstat shelve"
  let arguments = ["adstat", "shelve"]

  func run(in context: JobContext, logDirectory: String) -> (code: Int32, complaint: String) {
    let outcome = Jobs.run(Shelve(), in: context)
    let complaint = outcome.failure.map { "\($0)" } ?? "\(outcome.report.rejected) rejected"
    return (ExitStatus(of: outcome).code, complaint)
  }

  func prepare(_ bench: ProxyBench) throws {
    try bench.clear()
    for table in ["ad_image", "ad_group", "ad_style"] { try bench.sql("DELETE FROM \(table)") }
    try bench.sql(
      """
      INSERT INTO ad_image (code, name, url, weight, create_time, update_time) VALUES
      ('down', '', 'u', 1, NOW(), NOW()), ('edit', '', 'u', 1, NOW(), NOW())
      """)
    try bench.sql(
      """
      INSERT INTO ad_style (system_name, position, code, weight, create_time, update_time) VALUES
      ('web', 'top', 'down', 1, NOW(), NOW()), ('web', 'top', 'edit', 2, NOW(), NOW()),
      ('app', 'top', 'new', 3, NOW(), NOW())
      """)
    _ = run(in: bench.context, logDirectory: bench.folder)
    try bench.send("HSET", "adstat:shelf:web", "stray", "x")
    try bench.send("INCRBY", "down_show", "7")
    try bench.send("INCRBY", "down_click", "2")
    try bench.sql("UPDATE ad_image SET down_time = '2026-01-01' WHERE code = 'down'")
    try bench.sql("UPDATE ad_image SET weight = 5 WHERE code = 'edit'")
    try bench.sql(
      "INSERT INTO ad_image (code, name, url, create_time, update_time) "
        + "VALUES ('new', '', 'u', NOW(), NOW())")
  }

  func liveOn(_ bench: ProxyBench) throws {}

  func defects(_ bench: ProxyBench) throws -> [String] {
    var held = try bench.picture().filter { $0.contains("_day_") }
    for system in ["web", "app"] {
      for code in ["down", "edit", "new", "stray"] {
        let field = try bench.send("HGET", "adstat:shelf:\(system)", code)
        if let places = places(field) { held.append("\(system) \(code) \(places)") }
      }
    }
    for code in ["down", "edit", "new", "stray", "down_show", "down_click"] {
      if let places = places(try bench.send("GET", code)) { held.append("\(code) \(places)") }
    }
    return differences(
      held: held,
      expected: [
        "down_day_click_2026-11-20: 11=2", "down_day_show_2026-11-20: 11=7",
        #"web edit {"web":{"top":10}}}"#, #"app new {"app":{"top":3}}}"#,
        #"edit {"web":{"top":10}}}"#, #"new {"app":{"top":3}}}"#,
      ])
  }

  /// Of a setting, what it says of places; nil where there is none.
  private func places(_ reply: RedisReply) -> String? {
    guard case .bytes(let bytes) = reply else { return nil }
    let text = String(decoding: bytes, as: UTF8.self)
    return text.components(separatedBy: #""systems":"#).last
  }
}
