import Foundation
import RedisClient
import RedisStore
import Rules
import TestServers
import Testing

@testable import Jobs

/// The way back from an expiry. Today is 2026-11-20.
struct RestoreTests {
  private let folder: LogFolder

  init() throws { folder = try LogFolder() }

  private func expire(_ fixture: LoginFixture) throws {
    let rule = ExpiryRule(asOf: CivilDay("2026-11-20")!)!
    let report = try fixture.perform(Expire(rule: rule, logDirectory: folder.path))
    #expect(report.forgotten > 0)
  }

  private func restore(
    _ fixture: LoginFixture, to target: Restore.Target, isDryRun: Bool = false,
    keyspace: Keyspace = Keyspace()
  ) throws -> [Int] {
    let report = try fixture.perform(
      Restore(files: [folder.log], target: target), isDryRun: isDryRun, keyspace: keyspace)
    #expect(report.forgotten == 0)
    return [report.found, report.changed, report.unchanged, report.rejected]
  }

  @Test(arguments: MySQLServer.available)
  func whatExpiredIsPutBackIntoMySQLByOr(_ flavor: MySQLServer.Flavor) throws {
    let fixture = try LoginFixture(flavor)
    try fixture.logIn("loginLog_2026-05_app_7", on: 1, 31)
    try fixture.logIn(Array("loginLog_2026-05_app_".utf8) + [0xFF, 0x0A], on: [2])
    try fixture.logIn("loginLog_2024-02_app_7", on: 29)
    try expire(fixture)
    let whole = try fixture.rows()
    _ = try fixture.query(
      "DELETE FROM login_month WHERE month = '2024-02-01'; UPDATE login_month SET days = 8 "
        + "WHERE user_id = '7'")
    #expect(try restore(fixture, to: .mysql, isDryRun: true) == [3, 2, 1, 0])
    #expect(try fixture.rows().count == 2)
    #expect(try restore(fixture, to: .mysql) == [3, 2, 1, 0])
    #expect(try restore(fixture, to: .mysql) == [3, 0, 3, 0])
    #expect(
      try fixture.rows().filter { $0.hasSuffix(" \(bits(1, 3, 31))") } == [
        "2026-05-01 app 7 \(bits(1, 3, 31))"
      ])
    #expect(try fixture.rows().count == whole.count)
  }

  @Test func whatExpiredIsPutBackIntoRedisByOr() throws {
    let fixture = try LoginFixture(.mariadb)
    let odd = Array("loginLog_2026-05_app_".utf8) + [0xFF, 0x0A]
    try fixture.logIn("loginLog_2026-05_app_7", on: 1, 31)
    try fixture.logIn(odd, on: [2])
    let whole = try fixture.send("GET", "loginLog_2026-05_app_7")
    try expire(fixture)
    #expect(try restore(fixture, to: .redis, isDryRun: true) == [2, 2, 0, 0])
    #expect(try !fixture.exists("loginLog_2026-05_app_7"))
    #expect(try restore(fixture, to: .redis) == [2, 2, 0, 0])
    #expect(try fixture.send("GET", "loginLog_2026-05_app_7") == whole)
    #expect(try fixture.redis.send(RedisCommand("GET", [odd])) == .bytes([0x20]))
    try fixture.logIn("loginLog_2026-05_app_7", on: 9)
    #expect(try restore(fixture, to: .redis) == [2, 0, 2, 0])
    #expect(try fixture.send("GETBIT", "loginLog_2026-05_app_7", "9") == .integer(1))
  }

  @Test func aKeyThatIsSomethingElseByNowIsRefusedAndStays() throws {
    let fixture = try LoginFixture(.mariadb)
    try fixture.logIn("loginLog_2026-05_app_7", on: 1)
    try fixture.logIn("loginLog_2026-05_app_8", on: 1)
    try expire(fixture)
    _ = try fixture.send("LPUSH", "loginLog_2026-05_app_7", "x")
    for isDryRun in [true, false] {
      #expect(try restore(fixture, to: .redis, isDryRun: isDryRun) == [2, 1, 0, 1])
    }
    #expect(fixture.observer.rejected == ["loginLog_2026-05_app_7": "it is no string"])
    #expect(try fixture.send("LLEN", "loginLog_2026-05_app_7") == .integer(1))
  }

  /// Torn, altered, joined and foreign lines, line ends of others, blank ones: each whole line is taken.
  @Test(arguments: MySQLServer.available)
  func aDamagedLogGivesWhatIsWhole(_ flavor: MySQLServer.Flavor) throws {
    let fixture = try LoginFixture(flavor)
    for id in 1...6 { try fixture.logIn("loginLog_2026-05_app_\(id)", on: id) }
    try expire(fixture)
    _ = try fixture.query("DELETE FROM login_month")
    let lines = folder.lines.sorted()
    #expect(lines.count == 6)
    let altered = lines[1].replacingOccurrences(of: "\"days\":[2]", with: "\"days\":[3]")
    try folder.put(
      [
        lines[0] + "\r", "", "\r", altered, String(lines[2].prefix(100)), lines[3] + lines[3],
        String(repeating: "x", count: 200_000), "\u{1B}[2J{}", lines[4],
        String(lines[5].dropLast()),
      ].joined(separator: "\n"))
    #expect(try restore(fixture, to: .mysql) == [2, 2, 0, 6])
    #expect(
      try fixture.rows() == ["2026-05-01 app 1 \(bits(1))", "2026-05-01 app 5 \(bits(5))"])
    let reasons = fixture.observer.rejected.map { key, reason in
      "\(key.split(separator: ":").last!) \(reason)"
    }
    #expect(
      reasons.sorted() == [
        "10 the line is torn", "4 its checksum is wrong: it was altered or damaged",
        "5 the line is torn", "6 its checksum is wrong: it was altered or damaged",
        "7 the line is too long to be one of the log", "8 the line is torn",
      ])
  }

  @Test func linesOfAnotherPrefixAreRefused() throws {
    let fixture = try LoginFixture(.mariadb)
    try fixture.logIn("loginLog_2026-05_app_7", on: 1)
    try expire(fixture)
    let other = Keyspace(prefix: Array("shop:".utf8))
    #expect(try restore(fixture, to: .redis, keyspace: other) == [0, 0, 0, 1])
    #expect(fixture.observer.rejected.values.first?.contains("TALLY_KEY_PREFIX") == true)
    #expect(try !fixture.exists("loginLog_2026-05_app_7"))
  }

  @Test func aFileThatIsNotThereStopsTheRunBeforeAnyWork() throws {
    let fixture = try LoginFixture(.mariadb)
    try fixture.logIn("loginLog_2026-05_app_7", on: 1)
    try expire(fixture)
    let missing = folder.path + "/mistyped"
    let failure = #expect(throws: JobFailure.self) {
      try fixture.perform(Restore(files: [folder.log, missing], target: .redis))
    }
    #expect(failure?.reason == .inputOutput)
    #expect(failure?.message.contains(missing) == true)
    #expect(try !fixture.exists("loginLog_2026-05_app_7"))
  }

  /// More lines than a run, in pieces that fall in the middle of a line.
  @Test func manyLinesAreReadInPieces() throws {
    let fixture = try LoginFixture(.mariadb)
    let month = Month("2026-05")!
    let count = 4000
    let text = (0..<count).map { number in
      let user = UserKey(type: Array("app".utf8), id: Array("\(number)".utf8))!
      return ExpiryLogLine.text(
        key: Array("loginLog_2026-05_app_\(number)".utf8),
        userMonth: UserMonth(month: month, user: user),
        bitmap: try! LoginBitmap(bytes: [0x40], of: month), loggedAt: 0)
    }
    try folder.put(text.joined(separator: "\n"))
    #expect(try restore(fixture, to: .mysql) == [count, count, 0, 0])
    #expect(
      try fixture.query("SELECT COUNT(*), SUM(days) FROM login_month")
        == ["\(count)\t\(2 * count)"])
  }
}
