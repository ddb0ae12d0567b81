import Jobs
import MySQLClient
import RedisClient
import Rules
import TestServers
import Testing

/// What stops a rollover, and that nothing is lost or doubled by it.
struct RolloverRefusalTests {
  /// Everything the ad statistics ask of Redis.
  private static let commands = [
    "eval", "evalsha", "script|load", "time", "get", "del", "type", "pttl", "hget", "hset", "hlen",
    "hgetall", "hincrby", "scan", "info", "ping", "select", "strlen", "getrange", "persist",
  ]
  /// Those that every rollover asks for. It can do without loading scripts.
  private static let neededCommands = [
    "eval", "time", "getrange", "del", "hget", "hset", "hlen", "hincrby", "scan", "info",
  ]
  /// Those that it asks for where a key is unusual, what makes it so, and how many counters move all the
  /// same. It looks for expiry times wherever any key has one.
  private static let rarelyNeededCommands = [
    ("get", ["SET", "odd_show", ""], 3), ("strlen", ["SET", "odd_show", "1234567890123456789"], 3),
    ("pttl", ["EXPIRE", "a_show", "100000"], 0),
    ("persist", ["EXPIRE", "a_day_show_2026-11-20", "100000"], 2),
  ]

  private func login(_ fixture: inout AdStatFixture, without missing: String?) throws {
    var words = ["ACL", "SETUSER", "etl", "reset", "on", ">secret", "~*", "-@all"]
    words += RolloverRefusalTests.commands.filter { $0 != missing }.map { "+\($0)" }
    // The two ways to run a script stand for each other.
    if missing == "eval" { words.append("-evalsha") }
    _ = try fixture.redis.send(RedisCommand(words[0], words.dropFirst().map { Array($0.utf8) }))
    fixture.context.redis.user = "etl"
    fixture.context.redis.password = "secret"
  }

  /// In Berlin the clocks went from 02:00 to 03:00 that night.
  @Test func anHourThatTheClocksSkippedIsRefused() throws {
    let fixture = try AdStatFixture(at: "2026-03-29 09:00:05", zone: "Europe/Berlin")
    try fixture.count("a", shows: 7)
    let outcome = fixture.rollOver(hour: "2026-03-29T02")
    #expect(outcome.exitCode == 64)
    #expect("\(outcome.failure ?? TestFailure(""))".contains("the clocks skip it"))
    #expect(try fixture.value("a_show") == "7")
    #expect(fixture.rollOver(hour: "2026-03-29T03").exitCode == 0)
  }

  @Test func theListedRightsAreEnough() throws {
    var fixture = try AdStatFixture()
    try login(&fixture, without: nil)
    try fixture.count("a", shows: 5)
    try fixture.send("EXPIRE", "a_show", "1000")
    let outcome = fixture.rollOver()
    #expect(outcome.failure == nil)
    #expect(outcome.numbers == [1, 1, 0, 1, 0])
  }

  @Test(arguments: neededCommands)
  func aMissingRightChangesNoTotal(command: String) throws {
    var fixture = try AdStatFixture()
    fixture.rollOver()
    try fixture.count("a", shows: 5)
    try fixture.count("b", shows: 6, clicks: 1)
    try login(&fixture, without: command)
    // Hour after hour: what is not taken back would be added again and again.
    for _ in 0..<3 {
      let outcome = fixture.rollOver()
      #expect(outcome.exitCode == 77, "\(String(describing: outcome.failure))")
      #expect(outcome.report.changed == 0)
    }
    #expect(try fixture.value("a_show") == "5")
    let held = try fixture.hash("a_day_show_2026-11-20") ?? [:]
    #expect(held.isEmpty || held == ["8": "0"])

    try login(&fixture, without: nil)
    #expect(fixture.rollOver().numbers == [3, 3, 0, 3, 0])
    #expect(try fixture.hash("a_day_show_2026-11-20") == ["8": "5"])
    #expect(try fixture.hash("b_day_click_2026-11-20") == ["8": "1"])
  }

  @Test(arguments: rarelyNeededCommands)
  func aRightThatIsMissingForSomeChangesNoTotal(
    command: String, oddity: [String], movedCount: Int
  ) throws {
    var fixture = try AdStatFixture()
    try fixture.count("a", shows: 1)
    fixture.rollOver()
    try fixture.count("a", shows: 5)
    try fixture.count("b", shows: 6, clicks: 1)
    _ = try fixture.redis.send(
      RedisCommand(oddity[0], oddity.dropFirst().map { Array($0.utf8) }))
    try login(&fixture, without: command)
    for movedCount in [movedCount, 0, 0] {
      let outcome = fixture.rollOver()
      #expect(outcome.exitCode == 77, "\(String(describing: outcome.failure))")
      #expect(outcome.report.changed == movedCount)
    }

    try login(&fixture, without: nil)
    #expect(fixture.rollOver().report.changed == 3 - movedCount)
    #expect(try fixture.hash("a_day_show_2026-11-20") == ["8": "6"])
    #expect(try fixture.hash("b_day_show_2026-11-20") == ["8": "6"])
    #expect(try fixture.hash("b_day_click_2026-11-20") == ["8": "1"])
  }

  @Test func aFullRedisKeepsItsCountersAndSaysTryAgain() throws {
    let fixture = try AdStatFixture()
    fixture.rollOver()
    try fixture.count("a", shows: 5)
    try fixture.send("CONFIG", "SET", "maxmemory", "1")
    let outcome = fixture.rollOver()
    #expect(outcome.exitCode == 75, "\(String(describing: outcome.failure))")
    #expect(try fixture.value("a_show") == "5")
    #expect(try fixture.hash("a_day_show_2026-11-20") == nil)
    try fixture.send("CONFIG", "SET", "maxmemory", "0")
    #expect(fixture.rollOver().numbers == [1, 1, 0, 1, 0])
  }

  @Test func aRedisThatMayEvictCountersIsRefused() throws {
    let fixture = try AdStatFixture(configuration: ["maxmemory-policy allkeys-lru"])
    try fixture.count("a", shows: 5)
    let digest = try fixture.digest()
    #expect(fixture.rollOver().exitCode == 78)
    #expect(fixture.archiveWithoutMySQL().exitCode == 78)
    #expect(try fixture.digest() == digest)
  }

  @Test func aReplicaIsRefused() throws {
    let fixture = try AdStatFixture()
    try fixture.count("a", shows: 5)
    try fixture.send("REPLICAOF", "127.0.0.1", "1")
    #expect(fixture.rollOver().exitCode == 69)
    #expect(try fixture.value("a_show") == "5")
  }

  @Test func aClusterIsRefusedWithAWordOnHashTags() throws {
    let fixture = try AdStatFixture(configuration: ["cluster-enabled yes", "databases 1"])
    let outcome = fixture.rollOver()
    #expect(outcome.exitCode == 78)
    #expect(hint(for: try #require(outcome.failure))?.contains("TALLY_HASH_TAGS") == true)
  }

  @Test func aServerThatIsNotThereIsUnavailable() throws {
    let fixture = try AdStatFixture()
    fixture.server.kill()
    #expect(fixture.rollOver().exitCode == 69)
  }

  @Test func withMySQLDownTheCountersStillMove() throws {
    var fixture = try AdStatFixture()
    fixture.context.mysql = try MySQLEndpoint(url: "mysql://root@localhost/x?socket=/nonexistent")
    try fixture.count("a", shows: 5)
    let outcome = fixture.rollOver()
    #expect(outcome.exitCode == 0 && outcome.report.changed == 1)
    #expect(fixture.observer.warnings.filter { $0.contains("mysql did not answer") }.count == 1)
  }

  @Test func theCatalogueNeedsMySQL() throws {
    let fixture = try AdStatFixture()
    #expect(fixture.rollOver(source: .catalog).exitCode == 78)
  }

  @Test(arguments: MySQLServer.available)
  func theCatalogueNamesTheCountersToMove(flavor: MySQLServer.Flavor) throws {
    let fixture = try AdStatFixture(flavor)
    try fixture.query(
      """
      INSERT INTO ad_image (code, name, url, create_time, update_time) VALUES
      ('listed', 'n', 'u', NOW(), NOW()), (x'00FF', 'n', 'u', NOW(), NOW())
      """)
    try fixture.count("listed", shows: 5, clicks: 1)
    try fixture.count("unlisted", shows: 5)
    #expect(fixture.rollOver(source: .catalog).numbers == [2, 2, 0, 2, 0])
    #expect(try fixture.value("unlisted_show") == "5")
  }
}

extension AdStatFixture {
  /// Stops before MySQL is asked for anything.
  fileprivate func archiveWithoutMySQL() -> JobOutcome {
    var context = context
    context.mysql = try? MySQLEndpoint(url: "mysql://root@localhost/x?socket=/nonexistent")
    return run(ArchiveDay(), in: context)
  }
}
