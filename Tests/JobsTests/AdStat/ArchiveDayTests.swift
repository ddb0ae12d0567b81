import Jobs
import MySQLClient
import RedisClient
import RedisStore
import Rules
import TestServers
import Testing

struct ArchiveDayTests {
  @Test(arguments: MySQLServer.available)
  func aClosedDayIsMergedAndASecondRunChangesNoRow(flavor: MySQLServer.Flavor) throws {
    let fixture = try AdStatFixture(at: "2026-11-20 09:00:05", flavor)
    try fixture.count("a", shows: 7, clicks: 2)
    fixture.rollOver()
    try fixture.clock.set(to: "2026-11-20 10:00:05")
    try fixture.count("a", shows: 3)
    try fixture.count("b", clicks: 1)
    fixture.rollOver()
    try fixture.clock.set(to: "2026-11-21 02:10:00")
    try fixture.count("a", shows: 100)
    fixture.rollOver()

    let first = fixture.archive()
    #expect(first.failure == nil)
    // Four hour counts of yesterday in three rows; today stays.
    #expect(first.numbers == [4, 3, 0, 0, 0])
    let rows = ["2026-11-20 8 a 1 7 2", "2026-11-20 9 a 1 3 0", "2026-11-20 9 b 1 0 1"]
    #expect(try fixture.rows() == rows)
    #expect(try fixture.state("sealed") == "2026-11-20")
    #expect(fixture.observer.notes.filter { $0.contains("epoch 1") }.count == 1)

    let checksum = try fixture.query("CHECKSUM TABLE ad_ctr, ad_source")
    #expect(fixture.archive().numbers == [4, 0, 3, 0, 0])
    #expect(try fixture.query("CHECKSUM TABLE ad_ctr, ad_source") == checksum)
    #expect(try fixture.rows() == rows)
  }

  /// Their codes lie scattered over the day then, and an image's two hashes on different pages.
  @Test(arguments: MySQLServer.available)
  func moreImagesThanAreCollectedAtOnceAreArchivedOnceEach(flavor: MySQLServer.Flavor) throws {
    let fixture = try AdStatFixture(flavor)
    let (both, shown, clicked) = ((0..<1500), (1500..<2000), (2000..<2500))
    for number in both { try fixture.count("c\(number)", shows: 7, clicks: 2) }
    for number in shown { try fixture.count("c\(number)", shows: 3) }
    for number in clicked { try fixture.count("c\(number)", clicks: 1) }
    fixture.rollOver()
    try fixture.clock.set(to: "2026-11-21 02:10:00")
    var job = ArchiveDay()
    job.codesCollectedMax = 100
    #expect(fixture.perform(job).numbers == [4000, 2500, 0, 0, 0])
    #expect(
      try fixture.query(
        "SELECT CONCAT(COUNT(*), ' ', SUM(show_count), ' ', SUM(click_count)) FROM ad_ctr")
        == ["2500 12000 3500"])
    job.keepDays = 0
    #expect(fixture.perform(job).numbers == [4000, 0, 2500, 4000, 0])
    #expect(try fixture.send("DBSIZE") == .integer(1))
  }

  @Test(arguments: MySQLServer.available)
  func oddCodesArriveByteForByte(flavor: MySQLServer.Flavor) throws {
    let fixture = try AdStatFixture(flavor)
    let codes = OddCodes.all
    for (index, code) in codes.enumerated() {
      _ = try fixture.redis.send(
        RedisCommand("SET", [code + Array("_show".utf8), Array("\(index + 1)".utf8)]))
    }
    fixture.rollOver()
    try fixture.clock.set(to: "2026-11-21 02:10:00")
    #expect(fixture.archive().numbers == [codes.count, codes.count, 0, 0, 0])
    let expected = codes.enumerated().map { index, code in "\(hex(code).uppercased()) \(index + 1)"
    }
    let rows = try fixture.query("SELECT CONCAT(HEX(code), ' ', show_count) FROM ad_ctr")
    #expect(rows.sorted() == expected.sorted())
    // And they are forgotten one by one, too.
    #expect(fixture.archive(keepDays: 0).numbers == [codes.count, 0, codes.count, codes.count, 0])
    #expect(try fixture.send("DBSIZE") == .integer(1))
  }

  @Test(arguments: MySQLServer.available)
  func countsBeyondADoubleArriveExactly(flavor: MySQLServer.Flavor) throws {
    let fixture = try AdStatFixture(flavor)
    let values = [
      "9007199254740991", "9007199254740992", "9007199254740993", "9007199254740995",
      "999999999999999999",
    ]
    for (index, value) in values.enumerated() { try fixture.send("SET", "c\(index)_show", value) }
    fixture.rollOver()
    // Once more, so that a sum beyond 18 digits arrives as well.
    try fixture.send("SET", "c4_show", "999999999999999999")
    fixture.rollOver()
    try fixture.clock.set(to: "2026-11-21 02:10:00")
    fixture.archive(keepDays: 0)
    #expect(
      try fixture.query("SELECT show_count FROM ad_ctr ORDER BY code")
        == values.dropLast() + ["1999999999999999998"])
    #expect(try fixture.send("DBSIZE") == .integer(1))
  }

  @Test func aDayIsLeftUntilNothingIsBookedUnderItAnyMore() throws {
    let fixture = try AdStatFixture(at: "2026-11-20 23:30:00", .mariadb)
    try fixture.count("a", shows: 7)
    fixture.rollOver()
    try fixture.clock.set(to: "2026-11-21 00:14:00")
    let early = fixture.archive()
    #expect(early.numbers == [0, 0, 0, 0, 0] && early.exitCode == 0)
    #expect(fixture.observer.warnings.contains { $0.contains("until 2026-11-21T00:15") })
    #expect(try fixture.state("sealed") == nil)
    try fixture.clock.set(to: "2026-11-21 00:15:01")
    #expect(fixture.archive().numbers == [1, 1, 0, 0, 0])
  }

  @Test func todayIsPublishedButNeitherSealedNorForgotten() throws {
    let fixture = try AdStatFixture(at: "2026-11-20 09:30:00", .mariadb)
    try fixture.count("a", shows: 7)
    fixture.rollOver()
    #expect(fixture.archive().numbers == [0, 0, 0, 0, 0])
    #expect(fixture.archive("2026-11-20", keepDays: 0).numbers == [1, 1, 0, 0, 0])
    #expect(try fixture.state("sealed") == nil)
    try fixture.count("a", shows: 5)
    #expect(fixture.rollOver().exitCode == 0)
    #expect(fixture.archive("2026-11-20", keepDays: 0).numbers == [1, 1, 0, 0, 0])
    #expect(try fixture.rows() == ["2026-11-20 9 a 1 12 0"])
    #expect(try fixture.hash("a_day_show_2026-11-20") == ["9": "12"])
  }

  @Test func chosenDaysAloneAreArchived() throws {
    let fixture = try AdStatFixture(at: "2026-11-17 12:00:05", .mariadb)
    for day in 17...19 {
      try fixture.clock.set(to: "2026-11-\(day) 12:00:05")
      try fixture.count("a", shows: day)
      fixture.rollOver()
    }
    try fixture.clock.set(to: "2026-11-20 02:10:00")
    #expect(fixture.archive("2026-11-18", keepDays: 9).numbers == [1, 1, 0, 0, 0])
    #expect(try fixture.rows() == ["2026-11-18 11 a 1 18 0"])
    #expect(
      fixture.archive("2026-11-17", to: "2026-11-18", keepDays: 9).numbers == [2, 1, 1, 0, 0])
    #expect(fixture.archive("2026-11-21").numbers == [0, 0, 0, 0, 0])
  }

  @Test(arguments: MySQLServer.available)
  func loweredRowsAreHealedWhileTheHashLives(flavor: MySQLServer.Flavor) throws {
    let fixture = try AdStatFixture(flavor)
    try fixture.count("a", shows: 7, clicks: 2)
    fixture.rollOver()
    try fixture.clock.set(to: "2026-11-21 02:10:00")
    fixture.archive()
    try fixture.query("UPDATE ad_ctr SET show_count = 1")
    #expect(fixture.archive().numbers == [2, 1, 0, 0, 0])
    #expect(try fixture.rows() == ["2026-11-20 8 a 1 7 2"])
    #expect(fixture.observer.notes.contains { $0.hasPrefix("1 rows of 2026-11-20 held less") })
    // A table that was put back to an older state is filled up again.
    try fixture.query("DELETE FROM ad_ctr; UPDATE ad_source SET seq = 0, confirmed = 0")
    #expect(fixture.archive().numbers == [2, 1, 0, 0, 0])
    #expect(fixture.archive().exitCode == 0)
  }

  @Test func poisonedHashesAreNamedAndTheOthersArchived() throws {
    let fixture = try AdStatFixture(.mariadb)
    try fixture.count("good", shows: 7)
    try fixture.count("half", shows: 1, clicks: 4)
    fixture.rollOver()
    let lineage = try #require(try fixture.state("lineage"))
    let long = String(repeating: "x", count: 129)
    try fixture.send("SET", "string_day_show_2026-11-20", "x")
    try fixture.send("HSET", "alien_day_show_2026-11-20", "8", "1")
    try fixture.send("HSET", "odd_day_click_2026-11-20", "lineage", "ABC", "8", "1")
    try fixture.send("HSET", "hour_day_show_2026-11-20", "24", "1", "lineage", lineage)
    try fixture.send("HSET", "zero_day_show_2026-11-20", "08", "1", "lineage", lineage)
    try fixture.send("HSET", "half_day_show_2026-11-20", "9", "1.5")
    try fixture.send("HSET", "\(long)_day_show_2026-11-20", "8", "1", "lineage", lineage)
    try fixture.send("HSET", "never_day_show_2026-02-30", "8", "1", "lineage", lineage)
    for field in 0..<40 { try fixture.send("HSET", "big_day_show_2026-11-20", "\(field)", "1") }
    try fixture.clock.set(to: "2026-11-21 02:10:00")
    let outcome = fixture.archive(keepDays: 0)
    #expect(outcome.exitCode == 65)
    #expect(outcome.numbers == [2, 2, 0, 2, 9])
    #expect(try fixture.rows() == ["2026-11-20 8 good 1 7 0", "2026-11-20 8 half 1 0 4"])
    #expect(
      Set(fixture.observer.rejected.keys) == [
        "string_day_show_2026-11-20", "alien_day_show_2026-11-20", "odd_day_click_2026-11-20",
        "hour_day_show_2026-11-20", "zero_day_show_2026-11-20", "half_day_show_2026-11-20",
        "\(long)_day_show_2026-11-20", "never_day_show_2026-02-30", "big_day_show_2026-11-20",
      ])
    #expect(fixture.observer.rejected["alien_day_show_2026-11-20"] == "has no lineage")
    for key in fixture.observer.rejected.keys { #expect(try fixture.exists(key)) }
  }

  @Test func anExpiryTimeOnADayHashIsTakenOff() throws {
    let fixture = try AdStatFixture(.mariadb)
    try fixture.count("a", shows: 7)
    fixture.rollOver()
    try fixture.send("EXPIRE", "a_day_show_2026-11-20", "1000000")
    try fixture.clock.set(to: "2026-11-21 02:10:00")
    #expect(fixture.archive().exitCode == 0)
    #expect(try fixture.send("TTL", "a_day_show_2026-11-20") == .integer(-1))
    #expect(fixture.observer.warnings.filter { $0.contains("TTL") }.count == 1)
  }

  @Test func withoutMySQLOrItsSchemaNothingIsSealed() throws {
    var fixture = try AdStatFixture(.mariadb)
    try fixture.count("a", shows: 7)
    fixture.rollOver()
    try fixture.clock.set(to: "2026-11-21 02:10:00")
    try fixture.query("DROP TABLE ad_ctr")
    #expect(fixture.archive().exitCode == 78)
    fixture.context.mysql = try MySQLEndpoint(url: "mysql://root@localhost/x?socket=/nonexistent")
    #expect(fixture.archive().exitCode == 69)
    fixture.context.mysql = nil
    #expect(fixture.archive().exitCode == 78)
    #expect(try fixture.state("sealed") == nil)
    #expect(try fixture.hash("a_day_show_2026-11-20") == ["8": "7"])
  }

  @Test func manyCodesGoInBatches() throws {
    let fixture = try AdStatFixture(.mariadb)
    fixture.rollOver()
    let lineage = try #require(try fixture.state("lineage"))
    let count = 5000
    _ = try fixture.redis.pipeline(
      (0..<count).flatMap { code in
        Metric.allCases.map { metric in
          RedisCommand(
            "HSET",
            ["c\(code)_day_\(metric)_2026-11-19", "3", "\(code + 1)", "4", "1", "lineage", lineage]
              .map { Array($0.utf8) })
        }
      })
    let outcome = fixture.archive()
    #expect(outcome.failure == nil)
    #expect(outcome.numbers == [4 * count, 2 * count, 0, 0, 0])
    #expect(
      try fixture.query("SELECT SUM(show_count), SUM(click_count), COUNT(*) FROM ad_ctr")
        == ["\(count * (count + 1) / 2 + count)\t\(count * (count + 1) / 2 + count)\t\(2 * count)"])
    #expect(fixture.archive(keepDays: 0).numbers == [4 * count, 0, 2 * count, 2 * count, 0])
    #expect(try fixture.send("DBSIZE") == .integer(1))
  }
}
