import Jobs
import RedisClient
import RedisStore
import Rules
import TestServers
import Testing

struct SyncWeekTests {
  @Test(arguments: MySQLServer.available)
  func theFirstRunInsertsAndASecondChangesNothing(flavor: MySQLServer.Flavor) throws {
    let fixture = try LoginFixture(flavor)
    try fixture.logIn("loginLog_2026-11_app_7", on: 1, 30)
    try fixture.logIn("loginLog_2026-11_web_7", on: 2)
    let first = try fixture.sync("2026-11")
    #expect([first.found, first.changed, first.unchanged] == [2, 2, 0])
    let rows = ["2026-11-01 app 7 \(bits(1, 30))", "2026-11-01 web 7 \(bits(2))"]
    #expect(try fixture.rows() == rows)

    let second = try fixture.sync("2026-11")
    #expect([second.found, second.changed, second.unchanged] == [2, 0, 2])
    #expect([second.forgotten, second.rejected] == [0, 0])
    #expect(try fixture.rows() == rows)
  }

  @Test(arguments: MySQLServer.available)
  func aThirdRunRaisesWhatGrewAndInsertsWhatIsNew(flavor: MySQLServer.Flavor) throws {
    let fixture = try LoginFixture(flavor)
    try fixture.logIn("loginLog_2026-11_app_1", on: 1)
    try fixture.logIn("loginLog_2026-11_app_2", on: 1)
    _ = try fixture.sync("2026-11")
    try fixture.logIn("loginLog_2026-11_app_2", on: 17)
    try fixture.logIn("loginLog_2026-11_app_3", on: 18)
    let third = try fixture.sync("2026-11")
    #expect([third.found, third.changed, third.unchanged] == [3, 2, 1])
    #expect(
      try fixture.rows() == [
        "2026-11-01 app 1 \(bits(1))", "2026-11-01 app 2 \(bits(1, 17))",
        "2026-11-01 app 3 \(bits(18))",
      ])
    #expect(try fixture.exists("loginLog_2026-11_app_1"))
  }

  @Test(arguments: MySQLServer.available)
  func dayOneAndDayThirtyOneAreTheLowestAndTheHighestBit(flavor: MySQLServer.Flavor) throws {
    let fixture = try LoginFixture(flavor)
    try fixture.logIn("loginLog_2026-10_app_first", on: 1)
    try fixture.logIn("loginLog_2026-10_app_last", on: 31)
    _ = try fixture.sync("2026-10")
    #expect(
      try fixture.rows() == ["2026-10-01 app first 2", "2026-10-01 app last 2147483648"])
  }

  @Test(arguments: [
    ("2026-12-01", ["2026-11", "2026-12"]), ("2026-12-07", ["2026-11", "2026-12"]),
    ("2026-12-08", ["2026-12"]), ("2026-12-31", ["2026-12"]),
    ("2027-01-01", ["2026-12", "2027-01"]), ("2027-01-08", ["2027-01"]),
  ])
  func theRuleChoosesTheMonths(asOf: String, expected: [String]) throws {
    let fixture = try LoginFixture(.mariadb)
    for month in ["2026-10", "2026-11", "2026-12", "2027-01"] {
      try fixture.logIn("loginLog_\(month)_app_7", on: 5)
    }
    let months = SyncRule.months(asOf: try #require(CivilDay(asOf)))
    let report = try fixture.perform(SyncWeek(months: months))
    #expect(report.found == expected.count)
    #expect(try fixture.rows() == expected.map { "\($0)-01 app 7 \(bits(5))" })
  }

  @Test(arguments: MySQLServer.available)
  func oddTypesAndIDsAreKeptApart(flavor: MySQLServer.Flavor) throws {
    let fixture = try LoginFixture(flavor)
    let ids: [[UInt8]] =
      ["A", "a", "a ", "a\u{0}", "ä", "😀", "a_b", "_", "*?[a]\\", "'\"`", ":", "x'41'"].map {
        Array($0.utf8)
      } + [[0xFF, 0xFE], [0x0A], [0x5C, 0x27], [UInt8](repeating: 0, count: 128)]
    let types = ["A", "a", "ä", "t t"]
    for type in types {
      for id in ids { try fixture.logIn(Array("loginLog_2026-11_\(type)_".utf8) + id, on: [3]) }
    }
    let report = try fixture.sync("2026-11")
    #expect([report.changed, report.rejected] == [types.count * ids.count, 0])
    let expected = types.flatMap { type in
      ids.map { hex(Array(type.utf8)) + " " + hex($0) + " \(bits(3))" }
    }
    #expect(
      Set(
        try fixture.query(
          "SELECT CONCAT_WS(' ', LOWER(HEX(user_type)), LOWER(HEX(user_id)), days) FROM login_month"
        ))
        == Set(expected))
    #expect(try fixture.sync("2026-11").unchanged == expected.count)
  }

  @Test(arguments: MySQLServer.available)
  func whatIsMalformedIsNamedAndLeftWhileTheOthersAreDone(flavor: MySQLServer.Flavor) throws {
    let fixture = try LoginFixture(flavor)
    try fixture.logIn("loginLog_2026-11_app_good", on: 3)
    try fixture.logIn("loginLog_2026-13_app_7", on: 3)
    try fixture.logIn("loginLog_2026-11__7", on: 3)
    try fixture.logIn("loginLog_2026-11_app_", on: 3)
    try fixture.logIn("loginLog_2026-11_app_zero", on: 0, 3)
    try fixture.logIn("loginLog_2026-11_app_31", on: 31)
    try fixture.logIn("loginLog_2026-11_app_beyond", on: 3, 32)
    _ = try fixture.send("SET", "loginLog_2026-11_app_text", String(repeating: "x", count: 66))
    _ = try fixture.send("RPUSH", "loginLog_2026-11_app_list", "x")
    let report = try fixture.sync("2026-11")
    #expect([report.found, report.changed, report.rejected] == [1, 1, 8])
    #expect(try fixture.rows() == ["2026-11-01 app good \(bits(3))"])
    #expect(
      fixture.observer.rejected == [
        "loginLog_2026-13_app_7": "its name has no month YYYY-MM",
        "loginLog_2026-11__7": "its name has no user type behind the month",
        "loginLog_2026-11_app_": "its name has no user id behind the type",
        "loginLog_2026-11_app_zero": "bit 0 is set, which is no day of its month",
        "loginLog_2026-11_app_31": "bit 31 is set, which is no day of its month",
        "loginLog_2026-11_app_beyond": "something is set beyond its 4th byte, where 4 hold a month",
        "loginLog_2026-11_app_text": "longer than 64 bytes, where 4 hold a month",
        "loginLog_2026-11_app_list": "it is no string",
      ])
    #expect(try fixture.send("DBSIZE") == .integer(9))
  }

  @Test func aValueOfManyMegabytesIsNotFetched() throws {
    let fixture = try LoginFixture(.mariadb)
    _ = try fixture.send("SETBIT", "loginLog_2026-11_app_7", "800000000", "1")
    let before = try netOutputBytes(fixture)
    #expect(try fixture.sync("2026-11").rejected == 1)
    // The server is shared with other tests, none of which reads 100 MB.
    #expect(try netOutputBytes(fixture) - before < 50_000_000)
  }

  private func netOutputBytes(_ fixture: LoginFixture) throws -> Int {
    Int(try fixture.redis.serverInfo().fields["total_net_output_bytes"] ?? "") ?? 0
  }

  @Test(arguments: MySQLServer.available)
  func aRowWithMoreDaysThanRedisIsNotLowered(flavor: MySQLServer.Flavor) throws {
    let fixture = try LoginFixture(flavor)
    _ = try fixture.query(
      "INSERT INTO login_month VALUES ('2026-11-01', 'app', '7', \(bits(1, 2, 3)), NOW()),"
        + " ('2026-11-01', 'app', '8', \(bits(1, 2)), NOW())")
    try fixture.logIn("loginLog_2026-11_app_7", on: 2)
    try fixture.logIn("loginLog_2026-11_app_8", on: 3)
    let report = try fixture.sync("2026-11")
    #expect([report.changed, report.unchanged] == [1, 1])
    #expect(
      try fixture.rows() == [
        "2026-11-01 app 7 \(bits(1, 2, 3))", "2026-11-01 app 8 \(bits(1, 2, 3))",
      ])
  }

  @Test func aBitmapWithoutADayNeedsNoRow() throws {
    let fixture = try LoginFixture(.mariadb)
    _ = try fixture.send("SETBIT", "loginLog_2026-11_app_7", "9", "0")
    _ = try fixture.send("SET", "loginLog_2026-11_app_8", "")
    let report = try fixture.sync("2026-11")
    #expect([report.found, report.changed, report.unchanged] == [2, 0, 2])
    #expect(try fixture.rows() == [])
  }

  @Test func aTTLIsReportedAndNotTouched() throws {
    let fixture = try LoginFixture(.mariadb)
    for user in 0..<12 {
      try fixture.logIn("loginLog_2026-11_app_\(user)", on: 1)
      _ = try fixture.send("EXPIRE", "loginLog_2026-11_app_\(user)", "5000")
    }
    #expect(try fixture.sync("2026-11").changed == 12)
    #expect(fixture.observer.warnings.count == 11)
    #expect(fixture.observer.warnings.first?.contains("has a TTL") == true)
    #expect(fixture.observer.warnings.last == "12 login bitmaps have a TTL; 10 named")
    #expect(try fixture.send("TTL", "loginLog_2026-11_app_3") != .integer(-1))
  }

  @Test func thePrefixOfTheInstallationIsRespected() throws {
    let fixture = try LoginFixture(.mariadb)
    try fixture.logIn("a*:loginLog_2026-11_app_1", on: 1)
    try fixture.logIn("ab:loginLog_2026-11_app_2", on: 1)
    let report = try fixture.perform(
      SyncWeek(months: [try #require(Month("2026-11"))]),
      keyspace: Keyspace(prefix: Array("a*:".utf8)))
    #expect(report.found == 1)
    #expect(try fixture.rows() == ["2026-11-01 app 1 2"])
  }

  @Test(arguments: MySQLServer.available)
  func aDryRunCountsAndLeavesBothSidesAsTheyWere(flavor: MySQLServer.Flavor) throws {
    let fixture = try LoginFixture(flavor, redis: try RedisServer())
    try fixture.logIn("loginLog_2026-11_app_7", on: 1)
    _ = try fixture.sync("2026-11")
    try fixture.logIn("loginLog_2026-11_app_7", on: 2)
    try fixture.logIn("loginLog_2026-11_app_8", on: 2)
    let before = (
      try fixture.send("DEBUG", "DIGEST"), try fixture.query("CHECKSUM TABLE login_month")
    )
    let report = try fixture.sync("2026-11", isDryRun: true)
    #expect([report.found, report.changed, report.unchanged] == [2, 2, 0])
    #expect(try fixture.send("DEBUG", "DIGEST") == before.0)
    #expect(try fixture.query("CHECKSUM TABLE login_month") == before.1)
  }

  @Test(arguments: MySQLServer.available)
  func severalRunsAtOnceComeToTheSameTable(flavor: MySQLServer.Flavor) async throws {
    let fixture = try LoginFixture(flavor)
    for user in 0..<3000 { try fixture.logIn("loginLog_2026-11_app_\(user)", on: 1 + user % 30) }
    let context = fixture.context()
    let found = try await atOnce(
      (0..<3).map { _ in
        {
          var report = RunReport(job: SyncWeek.name, isDryRun: false)
          try SyncWeek(months: [Month("2026-11")!]).perform(in: context, report: &report)
          return report.found
        }
      })
    #expect(found == [3000, 3000, 3000])
    #expect(
      Set(try fixture.rows())
        == Set((0..<3000).map { "2026-11-01 app \($0) \(bits(1 + $0 % 30))" }))
  }
}
