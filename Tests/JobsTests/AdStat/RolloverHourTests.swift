import Jobs
import RedisClient
import RedisStore
import Rules
import TestServers
import Testing

struct RolloverHourTests {
  @Test func everyCounterMovesIntoTheHashOfItsHour() throws {
    let fixture = try AdStatFixture(at: "2026-11-20 09:00:05")
    try fixture.count("a", shows: 7, clicks: 2)
    try fixture.count("b", shows: 1)
    let outcome = fixture.rollOver()
    #expect(outcome.failure == nil)
    #expect(outcome.numbers == [3, 3, 0, 3, 0])
    #expect(try fixture.hash("a_day_show_2026-11-20") == ["8": "7"])
    #expect(try fixture.hash("a_day_click_2026-11-20") == ["8": "2"])
    #expect(try fixture.hash("b_day_show_2026-11-20") == ["8": "1"])
    #expect(try !fixture.exists("a_show") && !fixture.exists("a_click"))
  }

  @Test func aSecondRunAddsOnlyWhatCameSince() throws {
    let fixture = try AdStatFixture()
    try fixture.count("a", shows: 7)
    fixture.rollOver()
    let digest = try fixture.digest()
    #expect(fixture.rollOver().numbers == [0, 0, 0, 0, 0])
    #expect(try fixture.digest() == digest)
    try fixture.count("a", shows: 5)
    #expect(fixture.rollOver().numbers == [1, 1, 0, 1, 0])
    #expect(try fixture.hash("a_day_show_2026-11-20") == ["8": "12"])
  }

  @Test(arguments: [
    ("2026-11-20 09:00:00", "2026-11-20", "8"), ("2026-11-20 09:14:57", "2026-11-20", "8"),
    ("2026-11-20 09:15:01", "2026-11-20", "9"), ("2026-11-20 09:59:30", "2026-11-20", "9"),
    ("2026-11-21 00:00:00", "2026-11-20", "23"), ("2026-11-21 00:15:01", "2026-11-21", "0"),
    ("2027-01-01 00:05:00", "2026-12-31", "23"),
  ])
  func theHourThatEndedCountsWithinTheGraceTime(now: String, day: String, hour: String) throws {
    let fixture = try AdStatFixture(at: now)
    try fixture.count("a", shows: 1)
    fixture.rollOver()
    #expect(try fixture.hash("a_day_show_\(day)") == [hour: "1"])
  }

  @Test func aZeroAndAnEmptyRedisAreNothingToReport() throws {
    let fixture = try AdStatFixture()
    try fixture.send("SET", "a_show", "0")
    let outcome = fixture.rollOver()
    #expect(outcome.numbers == [0, 0, 0, 0, 0] && outcome.exitCode == 0)
    #expect(try fixture.value("a_show") == "0")
    #expect(fixture.observer.warnings.isEmpty)
  }

  @Test(arguments: ["1.5", "x", "-3", "007", "", " 1", "1e3", "1234567890123456789", "12\u{0}"])
  func whatIsNoCountIsNamedAndLeftWhileTheOthersMove(value: String) throws {
    let fixture = try AdStatFixture()
    try fixture.send("SET", "bad_show", value)
    try fixture.count("good", shows: 3)
    let outcome = fixture.rollOver()
    #expect(outcome.numbers == [1, 1, 0, 1, 1] && outcome.exitCode == 65)
    #expect(Array(fixture.observer.rejected.keys) == ["bad_show"])
    #expect(try fixture.value("bad_show") == value)
    #expect(try fixture.hash("good_day_show_2026-11-20") == ["8": "3"])
  }

  @Test func anotherTypeOfKeyIsNamedByItsType() throws {
    let fixture = try AdStatFixture()
    try fixture.send("RPUSH", "list_show", "x")
    try fixture.send("HSET", "hash_click", "x", "1")
    try fixture.count("good", shows: 3)
    let outcome = fixture.rollOver()
    #expect(outcome.numbers == [1, 1, 0, 1, 2])
    #expect(
      fixture.observer.rejected == [
        "list_show": "is a list, not a counter", "hash_click": "is a hash, not a counter",
      ])
  }

  @Test func aDayHashThatCannotTakeTheCountKeepsTheCounterLive() throws {
    let fixture = try AdStatFixture()
    fixture.rollOver()
    let lineage = try #require(try fixture.state("lineage"))
    try fixture.send("SET", "string_day_show_2026-11-20", "x")
    try fixture.send("HSET", "alien_day_show_2026-11-20", "8", "1")
    try fixture.send("HSET", "junk_day_show_2026-11-20", "8", "x", "lineage", lineage)
    try fixture.send(
      "HSET", "full_day_show_2026-11-20", "8", "9223372036854775800", "lineage", lineage)
    for code in ["string", "alien", "junk", "full", "good"] { try fixture.count(code, shows: 9) }
    let outcome = fixture.rollOver()
    #expect(outcome.numbers == [5, 1, 0, 1, 4] && outcome.exitCode == 65)
    for code in ["string", "alien", "junk", "full"] {
      #expect(try fixture.value("\(code)_show") == "9")
    }
    #expect(fixture.observer.rejected["full_show"]?.contains("overflow") == true)
    #expect(fixture.observer.rejected["alien_show"]?.contains("lineage") == true)
    #expect(try fixture.hash("full_day_show_2026-11-20") == ["8": "9223372036854775800"])
    #expect(try fixture.hash("good_day_show_2026-11-20") == ["8": "9"])
  }

  @Test(arguments: [
    "9007199254740991", "9007199254740992", "9007199254740993", "9007199254740995",
    "999999999999999999",
  ])
  func aCountBeyondADoubleStaysExact(value: String) throws {
    let fixture = try AdStatFixture()
    try fixture.send("SET", "a_show", value)
    fixture.rollOver()
    #expect(try fixture.hash("a_day_show_2026-11-20") == ["8": value])
  }

  @Test func oddCodesStayApart() throws {
    let fixture = try AdStatFixture()
    let codes = OddCodes.all
    for (index, code) in codes.enumerated() {
      _ = try fixture.redis.send(
        RedisCommand("SET", [code + Array("_show".utf8), Array("\(index + 1)".utf8)]))
    }
    #expect(fixture.rollOver().numbers == [codes.count, codes.count, 0, codes.count, 0])
    for (index, code) in codes.enumerated() {
      let reply = try fixture.redis.send(
        RedisCommand("HGET", [code + Array("_day_show_2026-11-20".utf8), Array("8".utf8)]))
      #expect(reply == .bytes(Array("\(index + 1)".utf8)), "\(printable(code))")
    }
  }

  @Test func codesThatAreNoneAreNamed() throws {
    let fixture = try AdStatFixture()
    let long = String(repeating: "x", count: 129)
    try fixture.send("SET", "_show", "1")
    try fixture.send("SET", "\(long)_click", "1")
    let outcome = fixture.rollOver()
    #expect(outcome.numbers == [0, 0, 0, 0, 2] && outcome.exitCode == 65)
    #expect(fixture.observer.rejected["_show"] == "names no code")
    #expect(fixture.observer.rejected["\(long)_click"]?.contains("129 bytes") == true)
    #expect(try fixture.value("_show") == "1")
  }

  @Test func keysOfOtherPartsAndOtherProgramsAreNotTouched() throws {
    let fixture = try AdStatFixture(keyspace: Keyspace(prefix: Array("p*:".utf8)))
    let others = [
      "a_show", "px:a_show", "p*:loginLog_2026-11_t_x_show", "p*:tally:x_show",
      "p*:adstat:shelf:x_click", "p*:cpc:x_show", "p*:shown", "p*:a_shows",
    ]
    for key in others { try fixture.send("SET", key, "5") }
    try fixture.send("SET", "p*:a_show", "4")
    #expect(fixture.rollOver().numbers == [1, 1, 0, 1, 0])
    for key in others { #expect(try fixture.value(key) == "5") }
    #expect(try fixture.hash("p*:a_day_show_2026-11-20") == ["8": "4"])
    #expect(try fixture.exists("p*:tally:adstat") && !fixture.exists("tally:adstat"))
  }

  @Test func hashTagsStandAroundTheCode() throws {
    let fixture = try AdStatFixture(keyspace: Keyspace(hashTags: true))
    try fixture.send("SET", "{a}_show", "4")
    try fixture.send("SET", "untagged_show", "4")
    #expect(fixture.rollOver().numbers == [1, 1, 0, 1, 1])
    #expect(try fixture.hash("{a}_day_show_2026-11-20") == ["8": "4"])
    #expect(fixture.observer.rejected["untagged_show"]?.contains("TALLY_HASH_TAGS") == true)
  }

  @Test func anExpiryTimeIsReportedAndTakenOffTheDayHash() throws {
    let fixture = try AdStatFixture()
    try fixture.count("a", shows: 1)
    fixture.rollOver()
    try fixture.send("EXPIRE", "a_day_show_2026-11-20", "1000")
    for index in 0..<12 { try fixture.send("SET", "t\(index)_show", "1", "EX", "1000") }
    try fixture.count("a", shows: 1)
    #expect(fixture.rollOver().exitCode == 0)
    #expect(try fixture.send("TTL", "a_day_show_2026-11-20") == .integer(-1))
    #expect(try fixture.send("TTL", "t1_day_show_2026-11-20") == .integer(-1))
    let warnings = fixture.observer.warnings.filter { $0.contains("TTL") }
    #expect(warnings.count == 11)  // ten by name, and their number
    #expect(warnings.last?.hasPrefix("13 keys") == true)
  }

  @Test func tenThousandCountersMoveInBatches() throws {
    let fixture = try AdStatFixture()
    _ = try fixture.redis.pipeline(
      (0..<10_000).map { RedisCommand("SET", ["c\($0)_show", "\($0 + 1)"].map { Array($0.utf8) }) })
    let outcome = fixture.rollOver()
    #expect(outcome.failure == nil)
    #expect(outcome.numbers == [10_000, 10_000, 0, 10_000, 0])
    #expect(try fixture.hash("c9999_day_show_2026-11-20") == ["8": "10000"])
  }

  @Test func aSignalStopsBetweenBatchesAndLeavesARunnableRest() throws {
    var fixture = try AdStatFixture()
    try fixture.count("a", shows: 1)
    fixture.context.interruption = Interruption { 15 }
    let outcome = fixture.rollOver()
    #expect(outcome.exitCode == 143)
    fixture.context.interruption = Interruption()
    fixture.rollOver()
    #expect(try fixture.hash("a_day_show_2026-11-20") == ["8": "1"])
  }
}

/// Codes that some program or other would mix up or choke on.
enum OddCodes {
  static let all: [[UInt8]] =
    [
      "A", "a", "a ", " a", "ä", "a\u{308}", "😀", "a:b", "'", "\"", "`", "*", "a*", "[ab]", "?",
      "\\", "x_show", "x_day", "x_day_show_2026-11-20", "{a}", "%s", "NULL", "--", "a\tb",
    ]
    .map { Array($0.utf8) } + [
      [0], [0x61, 0], [0x0A], [0x61, 0x0A], [0xFF], [0xC3, 0x28],
      Array(repeating: 0x7A, count: 128),
    ]
}
