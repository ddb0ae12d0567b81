import Foundation
import RedisClient
import Rules
import TestServers
import Testing

@testable import Jobs

/// Who logged in within a range, from both stores. Today is 2026-11-20.
struct ActiveUsersTests {
  private func active(
    _ fixture: LoginFixture, _ first: String, _ last: String, type: String? = nil,
    inMemory count: Int = 1000
  ) throws -> [String] {
    let range = DayRange(CivilDay(first)!, through: CivilDay(last)!)!
    var users = ActiveUsers(
      range: range, type: type.map { Array($0.utf8) }, temporaryDirectory: "/dev/shm")
    users.recordsInMemoryMax = count
    var lines: [String] = []
    _ = try users.forEach(in: fixture.context()) { user, dayCount in
      lines.append("\(printable(user.type)) \(printable(user.id)) \(dayCount)")
    }
    return lines
  }

  private func insert(_ rows: String..., into fixture: LoginFixture) throws {
    let values = rows.map { "(\($0), UTC_TIMESTAMP())" }.joined(separator: ",")
    _ = try fixture.query(
      "INSERT INTO login_month (month, user_type, user_id, days, synced_at) VALUES \(values)")
  }

  @Test(arguments: MySQLServer.available)
  func aDayThatBothStoresKnowCountsOnce(_ flavor: MySQLServer.Flavor) throws {
    let fixture = try LoginFixture(flavor)
    try fixture.logIn("loginLog_2026-11_web_2", on: 1, 2)
    try fixture.logIn("loginLog_2026-11_app_7", on: 19)
    try insert(
      "'2026-11-01', 'web', '2', \(bits(2, 3))", "'2026-10-01', 'web', '2', \(bits(31))",
      "'2026-10-01', 'web', '1', \(bits(30))", into: fixture)
    #expect(try active(fixture, "2026-10-31", "2026-11-30") == ["app 7 1", "web 2 4"])
    #expect(try active(fixture, "2026-10-30", "2026-10-30") == ["web 1 1"])
    #expect(try active(fixture, "2026-11-02", "2026-11-18") == ["web 2 2"])
    #expect(try active(fixture, "2026-11-20", "2026-11-30") == [])
    #expect(try active(fixture, "2026-01-01", "2026-12-31", type: "web") == ["web 1 1", "web 2 4"])
    #expect(try active(fixture, "2026-01-01", "2026-12-31", type: "we") == [])
  }

  @Test func aMalformedKeyIsNamedAndCounted() throws {
    let fixture = try LoginFixture(.mariadb)
    try fixture.logIn("loginLog_2026-11_web_2", on: 1)
    try fixture.logIn("loginLog_2026-11_web_3", on: 31)
    let users = ActiveUsers(range: DayRange(Month("2026-11")!), temporaryDirectory: "/dev/shm")
    var count = 0
    #expect(try users.forEach(in: fixture.context()) { _, _ in count += 1 } == 1)
    #expect(count == 1)
    #expect(Array(fixture.observer.rejected.keys) == ["loginLog_2026-11_web_3"])
  }

  /// Half of them in Redis, half in MySQL, a third half in both; sorted through many files.
  @Test(arguments: MySQLServer.available)
  func twentyThousandUsersAreToldOnceEachInTheirOrder(_ flavor: MySQLServer.Flavor) throws {
    let fixture = try LoginFixture(flavor)
    try fill(fixture)
    let told = try active(fixture, "2026-09-30", "2026-11-02", inMemory: 500)
    let expected = (10_000..<30_000).map { number in
      // Redis has the 1st and the 2nd of November, MySQL the 2nd, and the 30th of September.
      number < 15_000 ? "app \(number) 2" : number < 25_000 ? "app \(number) 3" : "app \(number) 2"
    }
    #expect(told == expected)
  }

  /// 10,000 to 24,999 in Redis, 15,000 to 29,999 in MySQL.
  private func fill(_ fixture: LoginFixture) throws {
    _ = try fixture.send(
      "EVAL",
      """
      for i = 10000, 24999 do
        redis.call('SETBIT', 'loginLog_2026-11_app_' .. i, 1, 1)
        redis.call('SETBIT', 'loginLog_2026-11_app_' .. i, 2, 1)
      end
      """, "0")
    let rows = (15_000..<30_000).flatMap { number in
      [
        "('2026-11-01','app','\(number)',\(bits(2)),UTC_TIMESTAMP())",
        "('2026-09-01','app','\(number)',\(bits(30)),UTC_TIMESTAMP())",
      ]
    }
    _ = try fixture.query("INSERT INTO login_month VALUES \(rows.joined(separator: ","))")
  }

  @Test func aFolderThatIsNotThereIsNamedWithWhatToDo() throws {
    let fixture = try LoginFixture(.mariadb)
    try fixture.logIn("loginLog_2026-11_web_2", on: 1)
    var users = ActiveUsers(
      range: DayRange(Month("2026-11")!), temporaryDirectory: "/nowhere/at/all")
    users.recordsInMemoryMax = 1
    let failure = #expect(throws: JobFailure.self) {
      try users.forEach(in: fixture.context()) { _, _ in }
    }
    #expect(failure?.reason == .cannotCreate)
    #expect(failure?.message.contains("/nowhere/at/all") == true)
    #expect(failure?.hint?.contains("TMPDIR") == true)
  }
}
