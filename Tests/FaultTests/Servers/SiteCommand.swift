import Foundation
import Jobs
import Rules
import TestServers

/// A command of the tool, as it must write nothing and as it does write.
///
/// All of them fit one world, which `arrange` makes. What is real of them fits it once, in this order.
struct SiteCommand: CustomStringConvertible {
  /// As the tool's help names it.
  let name: String
  /// The whole command line; `FOLDER` stands for the site's.
  let line: String
  let kind: Kind
  /// A statement's piece or a command of Redis, without which it cannot have looked at what it is about.
  let looksAt: String
  /// With which of these it may end: what it found may be worth more than a 0.
  let exitCodes: Set<Int32>

  enum Kind {
    /// Writes, and writes nothing with `--dry-run`.
    case dry
    /// Never writes.
    case question
    /// There is no trying it: what it would do is one bit.
    case writing
    /// Tries its rights by commands that cannot change anything, and changes nothing.
    case probing
  }

  var description: String { line }

  /// As it must write nothing; nil where it always does.
  var readingLine: String? {
    switch kind {
    case .dry: "\(line) --dry-run"
    case .question, .probing: line
    case .writing: nil
    }
  }

  private init(
    _ kind: Kind, _ name: String, _ more: String = "", looksAt: String,
    exitCodes: Set<Int32> = [0]
  ) {
    self.name = name
    self.exitCodes = exitCodes
    line = more.isEmpty ? name : "\(name) \(more)"
    self.kind = kind
    self.looksAt = looksAt
  }

  static let all = jobs + catalogue + logins + sketches + looks

  private static let jobs = [
    SiteCommand(.dry, "adstat shelve", looksAt: "FROM ad_image"),
    // Ends with a shelf check.
    SiteCommand(.dry, "adstat rollover-hour", looksAt: "FROM ad_image"),
    SiteCommand(.dry, "adstat archive-day", "--keep-days 0", looksAt: "FROM ad_ctr"),
    SiteCommand(.dry, "loginlog sync-week", "--month 2026-11", looksAt: "FROM login_month"),
    SiteCommand(.dry, "loginlog expire", looksAt: "FROM login_month"),
    SiteCommand(.dry, "loginlog restore", "FOLDER/log --to mysql", looksAt: "FROM login_month"),
    SiteCommand(.dry, "loginlog restore", "FOLDER/log --to redis", looksAt: "getrange"),
    SiteCommand(.dry, "migrate", looksAt: "FROM tally_schema"),
  ]

  private static let catalogue = [
    SiteCommand(.dry, "adstat import", "FOLDER/catalogue.csv", looksAt: "FROM ad_group"),
    SiteCommand(.question, "adstat export", looksAt: "FROM ad_style"),
    SiteCommand(.question, "adstat group list", looksAt: "FROM ad_group"),
    SiteCommand(.dry, "adstat group add", "added", looksAt: "FROM ad_group"),
    SiteCommand(.dry, "adstat group set", "old --note n", looksAt: "FROM ad_group"),
    SiteCommand(.dry, "adstat group remove", "old", looksAt: "FROM ad_group"),
    SiteCommand(.question, "adstat image list", looksAt: "FROM ad_image"),
    SiteCommand(.dry, "adstat image add", "added --url u", looksAt: "FROM ad_image"),
    SiteCommand(.dry, "adstat image set", "kept --weight 7", looksAt: "FROM ad_image"),
    SiteCommand(.dry, "adstat image remove", "over", looksAt: "FROM ad_image"),
    SiteCommand(.question, "adstat style list", looksAt: "FROM ad_style"),
    SiteCommand(.dry, "adstat style add", "web side --code kept", looksAt: "FROM ad_style"),
    SiteCommand(
      .dry, "adstat style set", "web top --code kept --weight 9", looksAt: "FROM ad_style"),
    SiteCommand(.dry, "adstat style remove", "web top --code kept", looksAt: "FROM ad_style"),
  ]

  private static let logins = [
    SiteCommand(.question, "loginlog day", "web 1 2026-11-09", looksAt: "getrange"),
    SiteCommand(.question, "loginlog month", "web 2 2026-08", looksAt: "FROM login_month"),
    SiteCommand(.question, "loginlog range", "web 1 2025-12-31 2026-11-21", looksAt: "getrange"),
    SiteCommand(.question, "loginlog active", "2026-08-01 2026-11-21", looksAt: "scan"),
    SiteCommand(.question, "loginlog calendar", "web 1", looksAt: "FROM login_month"),
    SiteCommand(.writing, "loginlog mark", "web 1 --day 2026-11-03", looksAt: "setbit"),
  ]

  private static let sketches = [
    SiteCommand(.dry, "cpc archive-day", looksAt: "FROM cpc_day"),
    SiteCommand(.question, "cpc estimate", "cpc:seen_2026-11-19", looksAt: "getrange"),
    SiteCommand(.dry, "cpc update", "cpc:seen_2026-11-20 c", looksAt: "getrange"),
    SiteCommand(.dry, "cpc update2est", "cpc:seen_2026-11-20 d", looksAt: "getrange"),
    SiteCommand(.dry, "cpc update2jud", "cpc:seen_2026-11-20 e", looksAt: "getrange"),
    SiteCommand(
      .dry, "cpc merge", "cpc:all cpc:seen_2026-11-19 cpc:seen_2026-11-20",
      looksAt: "getrange"),
    SiteCommand(.question, "cpc array estimate", "cpc:last 60000", looksAt: "hmget"),
    SiteCommand(.question, "cpc array range", "cpc:last 0 60000", looksAt: "hmget"),
    SiteCommand(.question, "cpc array range-merge", "cpc:last 60000 2", looksAt: "hmget"),
    SiteCommand(.dry, "cpc array update", "cpc:last 60000 f", looksAt: "hmget"),
    SiteCommand(.dry, "cpc array update2est", "cpc:last 60000 g", looksAt: "hmget"),
    SiteCommand(.dry, "cpc array update2jud", "cpc:last 60000 h", looksAt: "hmget"),
  ]

  private static let looks = [
    SiteCommand(.question, "adstat report", "--period 7d", looksAt: "FROM ad_ctr"),
    SiteCommand(.question, "adstat report", "--period 7d --unique", looksAt: "FROM cpc_day"),
    // No job has ever run here.
    SiteCommand(.question, "status", looksAt: "FROM tally_run", exitCodes: [1]),
    // Some logins wait for no sync any more. Of a life of Redis that MySQL does not know it has no rows.
    SiteCommand(.question, "verify", looksAt: "FROM ad_source", exitCodes: [0, 65]),
    SiteCommand(.probing, "doctor", looksAt: "FROM tally_schema", exitCodes: [0, 78]),
  ]

  /// A world in which each of them has something to do, in the night of 21 November.
  static func arrange(_ site: Site) throws {
    let start = "INSERT INTO ad_image (code, name, url, create_time, update_time) VALUES"
    try site.query(
      """
      INSERT INTO ad_group (name, create_time, update_time) VALUES ('old', NOW(), NOW());
      \(start) ('kept', '', 'u', NOW(), NOW()), ('over', '', 'u', NOW(), NOW());
      INSERT INTO ad_style (system_name, position, code, create_time, update_time) VALUES
      ('web', 'top', 'kept', NOW(), NOW()), ('web', 'top', 'over', NOW(), NOW()),
      ('app', 'top', 'new', NOW(), NOW())
      """)
    // What was due is on the shelf then.
    try site.arrange(for: .archive)
    try site.redis.run(["MSET", "A_show", "3", "over_click", "2"])
    try site.query(
      """
      \(start) ('new', '', 'u', NOW(), NOW());
      UPDATE ad_image SET down_time = '2026-11-20 12:00:00' WHERE code = 'over'
      """)
    for line in [
      "cpc update cpc:seen_2026-11-19 a b", "cpc update cpc:seen_2026-11-20 b",
      "cpc array update cpc:last 60000 a",
    ] {
      let output = try site.run(words(line, on: site))
      guard output.exitCode == 0 else { throw TestFailure("\(line): \(output.stderr)") }
    }
    try write("FOLDER/log", logLine(), site)
    try write(
      "FOLDER/catalogue.csv",
      """
      kind,code,url,group,system,position
      group,,,fresh,,
      image,fresh,u,fresh,,
      style,fresh,,,web,top

      """, site)
  }

  /// The command lines, besides those of the four jobs, that write into Redis what MySQL or a file holds.
  static func carrying(on site: Site) throws -> [[String]] {
    try write("FOLDER/log", logLine(), site)
    return ["adstat shelve", "loginlog restore FOLDER/log --to redis"].map { words($0, on: site) }
  }

  static func words(_ line: String, on site: Site) -> [String] {
    line.replacing("FOLDER", with: site.folder).split(separator: " ").map(String.init)
  }

  private static func write(_ path: String, _ text: String, _ site: Site) throws {
    try Data(text.utf8).write(to: URL(filePath: path.replacing("FOLDER", with: site.folder)))
  }

  private static func logLine() throws -> String {
    let user = UserKey(type: Array("web".utf8), id: Array("3".utf8))
    guard let month = Month("2026-07"), let user else { throw TestFailure("no such user") }
    return ExpiryLogLine.text(
      key: Array("loginLog_2026-07_web_3".utf8), userMonth: UserMonth(month: month, user: user),
      bitmap: try LoginBitmap(bytes: [0x40], of: month), loggedAt: 0) + "\n"
  }
}
