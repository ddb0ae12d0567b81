import Foundation
import Jobs
import Rules
import TestServers

/// The way back from an expiry: one user's month that is partly there, and one that is not.
struct SufferingRestore: Suffering {
  let target: Restore.Target
  let arguments: [String]
  private let path: String

  var description: String { "loginlog restore --to \(target.rawValue)" }

  init(to target: Restore.Target) throws {
    self.target = target
    path = "\(try PrivateFolder.make())/log"
    let log =
      try SufferingRestore.line(id: "7", [0x40, 0, 0, 0x01])
      + SufferingRestore.line(id: "9", [0x20])
    try Data(log.utf8).write(to: URL(filePath: path))
    arguments = ["loginlog", "restore", path, "--to", target.rawValue]
  }

  private static func line(id: String, _ bitmap: [UInt8]) throws -> String {
    guard let month = Month("2026-05"),
      let user = UserKey(type: Array("app".utf8), id: Array(id.utf8))
    else { throw TestFailure("no such user") }
    return ExpiryLogLine.text(
      key: Array("loginLog_2026-05_app_\(id)".utf8),
      userMonth: UserMonth(month: month, user: user),
      bitmap: try LoginBitmap(bytes: bitmap, of: month), loggedAt: 0) + "\n"
  }

  func run(in context: JobContext, logDirectory: String) -> (code: Int32, complaint: String) {
    let outcome = Jobs.run(Restore(files: [path], target: target), in: context)
    let complaint = outcome.failure.map { "\($0)" } ?? "\(outcome.report.rejected) rejected"
    return (ExitStatus(of: outcome).code, complaint)
  }

  func prepare(_ bench: ProxyBench) throws {
    try bench.clear()
    switch target {
    case .mysql:
      try bench.sql("INSERT INTO login_month VALUES ('2026-05-01', 'app', '7', 8, NOW())")
    case .redis: try bench.send("SETBIT", "loginLog_2026-05_app_7", "3", "1")
    }
  }

  /// A late login comes, or is carried over.
  func liveOn(_ bench: ProxyBench) throws {
    switch target {
    case .mysql: try bench.sql("UPDATE login_month SET days = days | 512 WHERE user_id = '7'")
    case .redis: try bench.send("SETBIT", "loginLog_2026-05_app_7", "9", "1")
    }
  }

  func defects(_ bench: ProxyBench) throws -> [String] {
    let expected =
      switch target {
      case .mysql: ["2026-05-01 app 7 2147484170", "2026-05-01 app 9 4"]
      case .redis: ["loginLog_2026-05_app_7 = 50400001", "loginLog_2026-05_app_9 = 20"]
      }
    return differences(held: try bench.picture(), expected: expected)
  }
}
