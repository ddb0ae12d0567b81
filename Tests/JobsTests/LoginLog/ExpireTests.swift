import Glibc
import Jobs
import RedisClient
import Rules
import TestServers
import Testing

struct ExpireTests {
  private let folder: LogFolder

  init() throws { folder = try LogFolder() }

  /// As of the test's day, 2026-11-20: September 1st lies 80 days back, October 1st 50.
  private func expire(asOf: String = "2026-11-20", afterDays: Int = 62) throws -> Expire {
    let rule = ExpiryRule(asOf: try #require(CivilDay(asOf)), afterDays: afterDays)
    return Expire(rule: try #require(rule), logDirectory: folder.path)
  }

  @Test(arguments: MySQLServer.available)
  func anExpiredBitmapIsMergedLoggedAndDeleted(flavor: MySQLServer.Flavor) throws {
    let fixture = try LoginFixture(flavor)
    try fixture.logIn("loginLog_2026-08_app_7", on: 1, 31)
    try fixture.logIn("loginLog_2026-09_web_7", on: 2)
    try fixture.logIn("loginLog_2026-10_app_7", on: 3)
    let report = try fixture.perform(expire())
    #expect([report.found, report.changed, report.unchanged] == [2, 2, 0])
    #expect([report.forgotten, report.rejected] == [2, 0])
    #expect(
      try fixture.rows() == ["2026-08-01 app 7 \(bits(1, 31))", "2026-09-01 web 7 \(bits(2))"])
    #expect(try !fixture.exists("loginLog_2026-08_app_7"))
    #expect(try !fixture.exists("loginLog_2026-09_web_7"))
    #expect(try fixture.exists("loginLog_2026-10_app_7"))

    let logged = try folder.lines.map { try ExpiryLogLine($0) }
    #expect(
      logged.map { String(decoding: $0.key, as: UTF8.self) } == [
        "loginLog_2026-08_app_7", "loginLog_2026-09_web_7",
      ])
    #expect(logged.map(\.bitmap.days.daysOfMonth) == [[1, 31], [2]])
    #expect(logged.map(\.bitmap.bytes) == [[0x40, 0, 0, 1], [0x20]])
  }

  @Test(arguments: MySQLServer.available)
  func whatMySQLHoldsAlreadyIsNotWrittenAgain(flavor: MySQLServer.Flavor) throws {
    let fixture = try LoginFixture(flavor)
    try fixture.logIn("loginLog_2026-08_app_7", on: 1)
    try fixture.logIn("loginLog_2026-08_app_8", on: 1)
    _ = try fixture.sync("2026-08")
    try fixture.logIn("loginLog_2026-08_app_8", on: 2)
    let report = try fixture.perform(expire())
    #expect([report.changed, report.unchanged, report.forgotten] == [1, 1, 2])
    #expect(
      try fixture.rows() == ["2026-08-01 app 7 \(bits(1))", "2026-08-01 app 8 \(bits(1, 2))"])
  }

  @Test func withNothingExpiredThereIsNoLog() throws {
    let fixture = try LoginFixture(.mariadb)
    try fixture.logIn("loginLog_2026-11_app_7", on: 1)
    #expect(try fixture.perform(expire()).found == 0)
    #expect(folder.text == nil)
  }

  @Test(arguments: [("2026-12-02", false), ("2026-12-03", true)])
  func aMonthExpiresTheDayAfterItsDaysAreOver(asOf: String, isExpired: Bool) throws {
    let fixture = try LoginFixture(.mariadb)
    try fixture.logIn("loginLog_2026-10_app_7", on: 1)
    // October 1st lies 62 days before December 2nd.
    #expect(try fixture.perform(expire(asOf: asOf, afterDays: 62)).forgotten == (isExpired ? 1 : 0))
    #expect(try fixture.exists("loginLog_2026-10_app_7") == !isExpired)
  }

  @Test(arguments: MySQLServer.available)
  func aLoginForAMonthThatIsGoneIsMergedIntoItsRow(flavor: MySQLServer.Flavor) throws {
    let fixture = try LoginFixture(flavor)
    try fixture.logIn("loginLog_2026-08_app_7", on: 1)
    _ = try fixture.perform(expire())
    try fixture.logIn("loginLog_2026-08_app_7", on: 2)
    let second = try fixture.perform(expire())
    #expect([second.changed, second.forgotten] == [1, 1])
    #expect(try fixture.rows() == ["2026-08-01 app 7 \(bits(1, 2))"])
    #expect(folder.lines.count == 2)
  }

  @Test(arguments: MySQLServer.available)
  func whatIsMalformedStaysWhileTheOthersGo(flavor: MySQLServer.Flavor) throws {
    let fixture = try LoginFixture(flavor)
    try fixture.logIn("loginLog_2026-08_app_good", on: 1)
    try fixture.logIn("loginLog_2026-08_app_zero", on: 0)
    try fixture.logIn("loginLog_2026-08_app", on: 1)
    let report = try fixture.perform(expire())
    #expect([report.found, report.forgotten, report.rejected] == [1, 1, 2])
    #expect(
      Set(fixture.observer.rejected.keys) == ["loginLog_2026-08_app_zero", "loginLog_2026-08_app"])
    #expect(try fixture.send("DBSIZE") == .integer(2))
  }

  @Test func aBitmapWithoutADayIsLoggedAndDeletedWithoutARow() throws {
    let fixture = try LoginFixture(.mariadb)
    _ = try fixture.send("SETBIT", "loginLog_2026-08_app_7", "9", "0")
    _ = try fixture.send("SET", "loginLog_2026-08_app_8", "")
    let report = try fixture.perform(expire())
    #expect([report.found, report.unchanged, report.forgotten] == [2, 2, 2])
    #expect(try fixture.rows() == [])
    #expect(try folder.lines.map { try ExpiryLogLine($0).bitmap.bytes } == [[0, 0], []])
  }

  @Test(arguments: MySQLServer.available)
  func aDryRunCountsAndTouchesNothing(flavor: MySQLServer.Flavor) throws {
    let fixture = try LoginFixture(flavor, redis: try RedisServer())
    try fixture.logIn("loginLog_2026-08_app_7", on: 1)
    try fixture.logIn("loginLog_2026-08_app_8", on: 1)
    _ = try fixture.sync("2026-08")
    try fixture.logIn("loginLog_2026-08_app_8", on: 2)
    let before = (
      try fixture.send("DEBUG", "DIGEST"), try fixture.query("CHECKSUM TABLE login_month")
    )
    let report = try fixture.perform(expire(), isDryRun: true)
    #expect([report.found, report.changed, report.unchanged, report.forgotten] == [2, 1, 1, 2])
    #expect(try fixture.send("DEBUG", "DIGEST") == before.0)
    #expect(try fixture.query("CHECKSUM TABLE login_month") == before.1)
    #expect(folder.text == nil)
  }

  /// The ways in which a line cannot reach the disk. Each must leave every bitmap in Redis.
  enum Obstacle: CaseIterable {
    case missingDirectory, symbolicLink, pipe, directoryInPlace, fullFile
  }

  @Test(arguments: Obstacle.allCases)
  func withoutALogLineNothingIsDeleted(obstacle: Obstacle) throws {
    let fixture = try LoginFixture(.mariadb)
    for user in 0..<10 { try fixture.logIn("loginLog_2026-08_app_\(user)", on: 1) }
    var job = try expire()
    switch obstacle {
    case .missingDirectory: job.logDirectory += "/missing"
    case .symbolicLink: symlink("/dev/null", folder.log)
    case .pipe: mkfifo(folder.log, 0o600)
    case .directoryInPlace: mkdir(folder.log, 0o700)
    case .fullFile: try folder.putFullLog(leaving: 400)
    }
    let failure = #expect(throws: JobFailure.self) { try fixture.perform(job) }
    #expect(failure?.reason == (obstacle == .fullFile ? .inputOutput : .cannotCreate))
    #expect(try fixture.send("DBSIZE") == .integer(10))
    #expect(try fixture.rows().count == (obstacle == .missingDirectory ? 0 : 10))
  }

  @Test func theRunAfterARepairedDiskEndsTheTornLineAndCarriesOn() throws {
    let fixture = try LoginFixture(.mariadb)
    try fixture.logIn("loginLog_2026-08_app_7", on: 1)
    try folder.put(#"{"schema":1,"key":"loginLog_2026-0"#)
    #expect(try fixture.perform(expire()).forgotten == 1)
    try #require(folder.lines.count == 2)
    #expect(throws: ExpiryLogFault.torn) { try ExpiryLogLine(folder.lines[0]) }
    #expect(try ExpiryLogLine(folder.lines[1]).bitmap.days.daysOfMonth == [1])
  }

  @Test func moreBitmapsThanOneSliceHoldsAllGo() throws {
    let fixture = try LoginFixture(.mariadb)
    let count = 25_000
    let one = Array("1".utf8)
    _ = try fixture.redis.pipeline(
      (0..<count).map {
        RedisCommand("SETBIT", [Array("loginLog_2026-08_app_\($0)".utf8), one, one])
      })
    let report = try fixture.perform(expire())
    #expect([report.found, report.changed, report.forgotten] == [count, count, count])
    #expect(try fixture.send("DBSIZE") == .integer(0))
    #expect(folder.lines.count == count)
    #expect(
      try fixture.query("SELECT COUNT(*), MIN(days), MAX(days) FROM login_month") == [
        "\(count)\t2\t2"
      ])
  }

  @Test func aDatabaseWithoutASchemaIsRefusedBeforeAnythingIsTouched() throws {
    let fixture = try LoginFixture(.mariadb)
    _ = try fixture.query("DROP TABLE login_month")
    try fixture.logIn("loginLog_2026-08_app_7", on: 1)
    let failure = #expect(throws: JobFailure.self) { try fixture.perform(expire()) }
    #expect(failure?.reason == .configuration)
    #expect(try fixture.exists("loginLog_2026-08_app_7"))
    #expect(folder.text == nil)
  }
}
