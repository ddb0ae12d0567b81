import Foundation
import TestServers

/// An installation with a catalogue and archived counts of three images, one of them with a name that
/// would drive a terminal, a spreadsheet or a page. Yesterday's best rate is that of `best`.
struct ReportSite {
  let installation: Installation
  static let zone = "Europe/Berlin"
  /// A code, and a name, that nobody should show as they are.
  static let hostileCode = "=<b>\u{1B}[2J&\"'\u{202E}"
  static let hostileName = "</title><script>alert(1)</script>\u{9B}2J"

  init(_ flavor: MySQLServer.Flavor = .mariadb) throws {
    installation = try Installation(flavor)
    try query("INSERT INTO ad_source VALUES (1, '\(Self.lineage)', 0, 0, UTC_TIMESTAMP())")
    try query(
      """
      INSERT INTO ad_group (id, name, create_time, update_time)
      VALUES (1, 'spring', UTC_TIMESTAMP(), UTC_TIMESTAMP())
      """)
    for (code, name, group) in [
      ("many", "Many", 1), ("best", "Best", 1), (Self.hostileCode, Self.hostileName, 0),
    ] {
      try query(
        """
        INSERT INTO ad_image (code, name, url, group_id, create_time, update_time)
        VALUES (x'\(hex(code))', CONVERT(x'\(hex(name))' USING utf8mb4), 'u', \(group), \
        UTC_TIMESTAMP(), UTC_TIMESTAMP())
        """)
    }
  }

  static let lineage = String(repeating: "a", count: 32)

  var environment: [String: String] {
    installation.environment.merging(["TALLY_TIME_ZONE": Self.zone]) { $1 }
  }

  func run(_ arguments: String, _ more: [String: String] = [:]) throws -> TallyTool.Output {
    try installation.run(arguments, ["TALLY_TIME_ZONE": Self.zone].merging(more) { $1 })
  }

  /// `1234 12`: shows and clicks of an hour.
  func archive(_ day: String, _ hour: Int, _ code: String, _ shows: Int, _ clicks: Int) throws {
    try query(
      """
      INSERT INTO ad_ctr (day, hour, code, epoch, show_count, click_count)
      VALUES ('\(day)', \(hour), x'\(hex(code))', 1, \(shows), \(clicks))
      """)
  }

  /// The days of the README's examples.
  func archiveNovember() throws {
    for day in 18...22 {
      for hour in [8, 12, 20] {
        try archive("2024-11-\(day)", hour, "many", 1000 * hour + day, 10 * hour)
        try archive("2024-11-\(day)", hour, "best", 100, hour)
      }
      try archive("2024-11-\(day)", 9, Self.hostileCode, 7, 0)
    }
  }

  func query(_ sql: String) throws {
    _ = try installation.mysql.run(sql, database: installation.mysqlDatabase)
  }
}

func hex(_ text: String) -> String {
  text.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
