import Foundation
import MySQLClient
import RedisClient
import RedisStore
import Rules
import Synchronization
import TestServers
import Testing

@testable import Jobs

/// Questions about one user, on both sides of an expiry. Today is 2026-11-20.
struct LoginQuestionsTests {
  private func user(_ id: String = "7") -> UserKey {
    UserKey(type: Array("app".utf8), id: Array(id.utf8))!
  }

  private func range(_ first: String, _ last: String) -> DayRange {
    DayRange(CivilDay(first)!, through: CivilDay(last)!)!
  }

  private func days(
    _ fixture: LoginFixture, _ first: String, _ last: String, keyspace: Keyspace = Keyspace()
  ) throws -> [String] {
    try LoginQuestions(fixture.context(keyspace: keyspace))
      .days(of: user(), in: range(first, last)).days.map(\.description)
  }

  private func insert(_ month: String, _ days: UInt32, into fixture: LoginFixture) throws {
    _ = try fixture.query(
      """
      INSERT INTO login_month (month, user_type, user_id, days, synced_at)
      VALUES ('\(month)-01', 'app', '7', \(days), UTC_TIMESTAMP())
      """)
  }

  @Test(arguments: MySQLServer.available)
  func bothEndsOfARangeAreCutExactlyAlsoOverANewYear(_ flavor: MySQLServer.Flavor) throws {
    let fixture = try LoginFixture(flavor)
    try insert("2025-12", bits(29, 30, 31), into: fixture)
    try fixture.logIn("loginLog_2026-01_app_7", on: 1, 2, 3)
    #expect(
      try days(fixture, "2025-12-30", "2026-01-02")
        == ["2025-12-30", "2025-12-31", "2026-01-01", "2026-01-02"])
    #expect(try days(fixture, "2025-12-31", "2025-12-31") == ["2025-12-31"])
    #expect(try days(fixture, "2026-01-04", "2026-01-31") == [])
    #expect(try days(fixture, "2024-01-01", "2025-12-28") == [])
  }

  @Test(arguments: MySQLServer.available)
  func aLateLoginHidesNoDayThatExpired(_ flavor: MySQLServer.Flavor) throws {
    let fixture = try LoginFixture(flavor)
    try insert("2026-05", bits(2, 9), into: fixture)
    try fixture.logIn("loginLog_2026-05_app_7", on: 25)
    #expect(
      try days(fixture, "2026-05-01", "2026-05-31") == ["2026-05-02", "2026-05-09", "2026-05-25"])
  }

  @Test(arguments: MySQLServer.available)
  func oneUserIsTheirOwnMaster(_ flavor: MySQLServer.Flavor) throws {
    let fixture = try LoginFixture(flavor)
    let prefixed = Keyspace(prefix: Array("shop:".utf8))
    try fixture.logIn("loginLog_2026-11_app_7_7", on: 3)
    try fixture.logIn("loginLog_2026-11_App_7", on: 4)
    try fixture.logIn("shop:loginLog_2026-11_app_7", on: 5)
    #expect(try days(fixture, "2026-11-01", "2026-11-30") == [])
    #expect(try days(fixture, "2026-11-01", "2026-11-30", keyspace: prefixed) == ["2026-11-05"])
    _ = try fixture.query(
      """
      INSERT INTO login_month VALUES ('2026-10-01', 'app', '7 ', 8, UTC_TIMESTAMP()),
        ('2026-10-01', 'APP', '7', 8, UTC_TIMESTAMP())
      """)
    #expect(try days(fixture, "2026-10-01", "2026-10-31") == [])
  }

  @Test(arguments: MySQLServer.available)
  func aMalformedBitmapIsNamedAndMySQLAnswers(_ flavor: MySQLServer.Flavor) throws {
    let fixture = try LoginFixture(flavor)
    try insert("2026-11", bits(2), into: fixture)
    try fixture.logIn("loginLog_2026-11_app_7", on: 31)
    _ = try fixture.send("LPUSH", "loginLog_2026-10_app_7", "x")
    let answer = try LoginQuestions(fixture.context())
      .days(of: user(), in: range("2026-10-01", "2026-11-30"))
    #expect(answer.days.map(\.description) == ["2026-11-02"])
    #expect(answer.rejectedCount == 2)
    #expect(
      fixture.observer.rejected == [
        "loginLog_2026-10_app_7": "it is no string",
        "loginLog_2026-11_app_7": "bit 31 is set, which is no day of its month",
      ])
  }

  /// What went over the wires for one question: all months in one go, and only once to each.
  @Test(arguments: MySQLServer.available)
  func aQuestionTakesOneRoundTripToEachStore(_ flavor: MySQLServer.Flavor) throws {
    let fixture = try LoginFixture(flavor)
    try insert("2025-12", bits(31), into: fixture)
    try fixture.logIn("loginLog_2026-11_app_7", on: 3)
    let wires = try WatchedWires(fixture)
    let asked = Mutex(0)
    // All were sent before the first was answered.
    let plan = wires.plan
    plan.begin([
      Fault(.beforeReply, having: "GETRANGE") {
        asked.withLock { $0 = plan.messages.count { $0.text.contains("GETRANGE") } }
        return .goOn
      }
    ])
    let answer = try LoginQuestions(wires.context)
      .days(of: user(), in: range("2025-10-01", "2026-11-20"))
    #expect(answer.days.map(\.description) == ["2025-12-31", "2026-11-03"])
    #expect(asked.withLock { $0 } == 14)
    let commands = plan.messages.filter { $0.wire == .redis }.map(\.text)
    let afterLogin = commands.drop { !$0.contains("PING") }.dropFirst()
    #expect(afterLogin.allSatisfy { $0.contains("GETRANGE") })
    #expect(commands.count { $0.contains("GETRANGE") } == 14)
    #expect(commands.count { $0 == "CONNECT" } == 1)
    #expect(plan.messages.count { $0.text.contains("login_month") } == 1)
    #expect(plan.messages.count { $0.wire == .mysql && $0.text == "CONNECT" } == 1)
  }

  @Test func whatRedisHasWholeIsNotAskedOfMySQL() throws {
    let fixture = try LoginFixture(.mariadb)
    try fixture.logIn("loginLog_2026-11_app_7", on: 3)
    try insert("2026-11", bits(4), into: fixture)
    let wires = try WatchedWires(fixture)
    let questions = try LoginQuestions(wires.context)
    let answer = try questions.days(of: user(), in: range("2026-11-01", "2026-11-30"))
    #expect(answer.days.map(\.description) == ["2026-11-03"])
    #expect(wires.plan.messages.count { $0.wire == .mysql } == 0)
    // Nor is it needed at all.
    var context = wires.context
    context.mysql = nil
    #expect(
      try LoginQuestions(context).days(of: user(), in: range("2026-11-03", "2026-11-03")).days
        == answer.days)
    let failure = #expect(throws: JobFailure.self) {
      try LoginQuestions(context).days(of: user(), in: range("2026-10-03", "2026-11-03"))
    }
    #expect(failure?.reason == .configuration)
  }

  @Test(arguments: MySQLServer.available)
  func centuriesAreAskedForInAFewRoundTrips(_ flavor: MySQLServer.Flavor) throws {
    let fixture = try LoginFixture(flavor)
    try insert("1970-01", bits(1), into: fixture)
    try insert("2099-12", bits(31), into: fixture)
    try fixture.logIn("loginLog_2053-04_app_7", on: 30)
    #expect(
      try days(fixture, "1970-01-01", "2099-12-31") == ["1970-01-01", "2053-04-30", "2099-12-31"])
  }

  @Test func aMarkIsWhatTheServiceWrites() throws {
    let fixture = try LoginFixture(.mariadb)
    let day = CivilDay("2026-11-20")!
    #expect(try LoginQuestions.mark(day, for: user(), fixture.context()) == .new)
    #expect(try LoginQuestions.mark(day, for: user(), fixture.context()) == .known)
    try fixture.logIn("service", on: 20)
    #expect(try fixture.send("GET", "service") == fixture.send("GET", "loginLog_2026-11_app_7"))
    #expect(try days(fixture, "2026-11-20", "2026-11-20") == ["2026-11-20"])
  }

  @Test func aMarkOnSomethingElseIsRefused() throws {
    let fixture = try LoginFixture(.mariadb)
    _ = try fixture.send("HSET", "loginLog_2026-11_app_7", "1", "1")
    let day = CivilDay("2026-11-20")!
    #expect(try LoginQuestions.mark(day, for: user(), fixture.context()) == .refused)
    #expect(fixture.observer.rejected == ["loginLog_2026-11_app_7": "it is no string"])
    #expect(try fixture.send("HLEN", "loginLog_2026-11_app_7") == .integer(1))
  }

  @Test func aQuestionCannotWrite() throws {
    let fixture = try LoginFixture(.mariadb)
    let database = try fixture.context().database(.readOnly)
    #expect(throws: MySQLError.self) {
      try database.connection().execute("DELETE FROM login_month", label: "try to write")
    }
  }
}

/// Both servers of a fixture behind proxies that watch what passes.
struct WatchedWires {
  let plan = FaultPlan()
  private(set) var context: JobContext
  private let proxies: [FaultProxy]

  init(_ fixture: LoginFixture) throws {
    context = fixture.context()
    let redis = try FaultProxy(.redis, to: RedisServer.shared().socketPath, plan: plan)
    let mysql = try FaultProxy(.mysql, to: fixture.mysql.socketPath, plan: plan)
    proxies = [redis, mysql]
    context.redis = try RedisEndpoint(url: redis.redisURL(database: context.redis.database))
    context.mysql = try MySQLEndpoint(url: mysql.mysqlURL(database: fixture.database))
  }
}
