import Rules
import TestServers
import Testing

@testable import Jobs

/// Redis against MySQL: what differs, and what merely waits.
struct VerifyTests {
  /// Yesterday is archived and kept, today counts on.
  private func archived(_ flavor: MySQLServer.Flavor) throws -> AdStatFixture {
    var fixture = try AdStatFixture(at: "2026-11-20 09:00:05", flavor)
    try fixture.count("a", shows: 7, clicks: 2)
    try fixture.count("b", shows: 1)
    fixture.rollOver()
    try fixture.clock.set(to: "2026-11-21 02:10:00")
    fixture.context.now = try FakeClock.seconds("2026-11-21 02:10:00")
    try #require(fixture.archive().failure == nil)
    return fixture
  }

  private func verify(
    _ fixture: AdStatFixture, days: DayRange? = nil, collecting: Int? = nil
  ) throws -> VerifyReport {
    var verify = Verify(days: days)
    if let collecting { verify.codesCollectedMax = collecting }
    var report = VerifyReport()
    try verify.perform(in: fixture.context, report: &report)
    return report
  }

  @Test(arguments: MySQLServer.available)
  func whatIsArchivedIsEqualAndWhatIsCountedSinceWaits(flavor: MySQLServer.Flavor) throws {
    let fixture = try archived(flavor)
    let equal = try verify(fixture)
    #expect(equal.hourCounts == .init(compared: 3, waiting: 0, different: 0))
    try fixture.count("a", shows: 5)
    fixture.rollOver()
    let digest = try fixture.digest()
    let checksum = try fixture.query("CHECKSUM TABLE ad_ctr, ad_source, login_month, tally_run")
    let report = try verify(fixture)
    #expect(report.hourCounts == .init(compared: 4, waiting: 1, different: 0))
    #expect(try fixture.digest() == digest)
    let after = try fixture.query("CHECKSUM TABLE ad_ctr, ad_source, login_month, tally_run")
    #expect(after == checksum)
  }

  @Test(arguments: MySQLServer.available)
  func everyKindOfDifferenceIsFoundAndNamed(flavor: MySQLServer.Flavor) throws {
    let fixture = try archived(flavor)
    try fixture.query("UPDATE ad_ctr SET show_count = 6 WHERE code = 'a'")
    try fixture.query("DELETE FROM ad_ctr WHERE code = 'b'")
    try fixture.query("INSERT INTO ad_ctr VALUES ('2026-11-20', 9, 'a', 1, 0, 4)")
    // Neither another life of Redis nor what MySQL alone holds.
    try fixture.query("INSERT INTO ad_ctr VALUES ('2026-11-20', 8, 'a', 2, 9, 9)")
    try fixture.query("INSERT INTO ad_ctr VALUES ('2026-11-20', 8, 'c', 1, 9, 9)")
    let report = try verify(fixture)
    #expect(report.hourCounts == .init(compared: 4, waiting: 0, different: 3))
    #expect(report.rejected == 0)
    #expect(
      fixture.observer.rejected == [
        "a_day_show_2026-11-20": "hour 8: redis has 7, mysql 6",
        "b_day_show_2026-11-20": "hour 8: redis has 1, mysql 0",
        "a_day_click_2026-11-20": "hour 9: redis has 0, mysql 4",
      ])
  }

  @Test(arguments: MySQLServer.available)
  func aPublishedDayThatMySQLHoldsMoreOfIsADifference(flavor: MySQLServer.Flavor) throws {
    let fixture = try archived(flavor)
    try fixture.count("a", shows: 5)
    fixture.rollOver()
    fixture.archive("2026-11-21")
    #expect(try verify(fixture).different == 0)
    try fixture.send("HINCRBY", "a_day_show_2026-11-21", "1", "-2")
    #expect(try verify(fixture).hourCounts.different == 1)
    #expect(
      fixture.observer.rejected["a_day_show_2026-11-21"] == "hour 1: redis has 3, mysql 5")
  }

  @Test(arguments: MySQLServer.available)
  func manyImagesAreComparedInPartsAndDaysAreChosen(flavor: MySQLServer.Flavor) throws {
    let fixture = try archived(flavor)
    for number in 0..<2500 { try fixture.count("c\(number)", shows: 3) }
    fixture.rollOver()
    let report = try verify(fixture, collecting: 100)
    #expect(report.hourCounts == .init(compared: 2503, waiting: 2500, different: 0))
    let yesterday = try verify(fixture, days: DayRange(CivilDay("2026-11-20")!))
    #expect(yesterday.hourCounts.compared == 3)
  }

  @Test(arguments: MySQLServer.available)
  func whatCannotBeReadIsNamedAndTheRestCompared(flavor: MySQLServer.Flavor) throws {
    let fixture = try archived(flavor)
    try fixture.send("SET", "x_day_show_2026-11-20", "1")
    try fixture.send("HSET", "y_day_show_2026-02-30", "1", "1")
    try fixture.send("SETBIT", "loginLog_2026-11_app_7", "0", "1")
    let report = try verify(fixture)
    #expect(report.rejected == 3)
    #expect(report.hourCounts.compared == 3)
    #expect(
      Set(fixture.observer.rejected.keys) == [
        "x_day_show_2026-11-20", "y_day_show_2026-02-30", "loginLog_2026-11_app_7",
      ])
  }

  @Test(arguments: MySQLServer.available)
  func aRedisThatIsOlderThanAnArchiveIsRefusedAfterTheDifferences(
    flavor: MySQLServer.Flavor
  ) throws {
    let fixture = try archived(flavor)
    try fixture.send("HSET", "tally:adstat", "mark", "0")
    try fixture.send("HSET", "b_day_show_2026-11-20", "8", "0")
    var report = VerifyReport()
    #expect {
      try Verify().perform(in: fixture.context, report: &report)
    } throws: { ExitStatus(of: $0) == .redisBehindArchive }
    #expect(report.hourCounts.different == 1)
  }

  /// Today is Friday, 2026-11-20.
  @Test(arguments: MySQLServer.available)
  func loginsOfEveryAgeAreCompared(flavor: MySQLServer.Flavor) throws {
    let fixture = try LoginFixture(flavor)
    for (key, day) in [("11", 3), ("10", 5), ("09", 7), ("08", 9)] {
      try fixture.logIn("loginLog_2026-\(key)_app_7", on: day)
      try fixture.logIn("loginLog_2026-\(key)_app_8", on: day)
    }
    _ = try fixture.sync("2026-11", "2026-10", "2026-09", "2026-08")
    var equal = VerifyReport()
    try Verify().perform(in: fixture.context(), report: &equal)
    #expect(equal.loginMonths == .init(compared: 8, waiting: 0, different: 0))

    try fixture.logIn("loginLog_2026-11_app_7", on: 4)
    try fixture.logIn("loginLog_2026-10_app_7", on: 6, 8)
    try fixture.logIn("loginLog_2026-08_app_7", on: 25)
    _ = try fixture.query(
      "UPDATE login_month SET days = days | 1 << 20 WHERE user_id = '8' AND month >= '2026-10-01'")
    var report = VerifyReport()
    try Verify().perform(in: fixture.context(), report: &report)
    #expect(report.loginMonths == .init(compared: 8, waiting: 2, different: 2))
    #expect(
      fixture.observer.rejected == [
        "loginLog_2026-10_app_7": "mysql lacks 2026-10-06, 2026-10-08",
        "loginLog_2026-11_app_8": "redis lacks 2026-11-20",
      ])
    var october = VerifyReport()
    try Verify(days: DayRange(Month("2026-10")!)).perform(in: fixture.context(), report: &october)
    #expect(october.loginMonths == .init(compared: 2, waiting: 0, different: 1))
  }

  /// It is Saturday, 2026-11-21, 02:40: the archive of that night is not over before 05:40.
  @Test(arguments: MySQLServer.available)
  func aRowThatLacksSomethingOfASketchIsFound(flavor: MySQLServer.Flavor) throws {
    var fixture = try SketchFixture(flavor)
    for day in ["2026-11-19", "2026-11-20", "2026-11-21"] {
      try fixture.update("cpc:a_\(day)", with: 0..<20)
      try fixture.see(0..<20, of: "b", on: day)
    }
    func verify(_ days: DayRange? = nil, at instant: String) throws -> VerifyReport {
      fixture.base.context.now = try FakeClock.seconds(instant)
      var report = VerifyReport()
      try Verify(days: days).perform(in: fixture.base.context, report: &report)
      return report
    }
    // What has no row waits for the archive, however late that is.
    #expect(
      try verify(at: "2026-11-25 12:00:00").daySketches
        == .init(compared: 6, waiting: 6, different: 0))
    #expect(fixture.archive().exitCode == 0)
    #expect(fixture.archive("2026-11-21").exitCode == 0)
    let fingerprint = try fixture.fingerprint()
    #expect(
      try verify(at: "2026-11-21 12:00:00").daySketches
        == .init(compared: 6, waiting: 0, different: 0))
    #expect(try fixture.fingerprint() == fingerprint)
    // A row that holds more is what is left of an archive.
    try fixture.send("DEL", "b_uv_2026-11-19")
    try fixture.see(5..<9, of: "b", on: "2026-11-19")
    #expect(try verify(at: "2026-11-21 12:00:00").different == 0)
    // Of today more comes; of yesterday the archive of the night should have had it all.
    for day in ["2026-11-20", "2026-11-21"] {
      try fixture.update("cpc:a_\(day)", with: 50..<55)
      try fixture.see(50..<55, of: "b", on: day)
    }
    #expect(
      try verify(at: "2026-11-21 05:39:59").daySketches
        == .init(compared: 6, waiting: 4, different: 0))
    let late = try verify(at: "2026-11-21 05:40:00")
    #expect(late.daySketches == .init(compared: 6, waiting: 2, different: 2))
    #expect(late.different == 2)
    #expect(fixture.observer.rejected.keys.sorted() == ["b_uv_2026-11-20", "cpc:a_2026-11-20"])
    let one = try verify(DayRange(CivilDay("2026-11-19")!), at: "2026-11-21 12:00:00")
    #expect(one.daySketches == .init(compared: 2, waiting: 0, different: 0))
  }

  @Test func whatIsNoSketchIsNamedAndTheOthersCompared() throws {
    let fixture = try SketchFixture(.mariadb)
    try fixture.see(0..<9, of: "a", on: "2026-11-20")
    try fixture.see(0..<9, of: "b", on: "2026-11-20")
    fixture.archive()
    try fixture.base.query("UPDATE cpc_day SET sketch = 'x' WHERE name = 'b'")
    try fixture.send("SET", "c_uv_2026-11-20", "x")
    try fixture.send("RPUSH", "cpc:d_2026-11-20", "x")
    try fixture.send("SET", "e_uv_2026-02-31", "x")
    var report = VerifyReport()
    try Verify().perform(in: fixture.base.context, report: &report)
    #expect(report.daySketches == .init(compared: 1, waiting: 0, different: 0))
    #expect(report.rejected == 4 && fixture.observer.rejected.count == 4)
  }
}
