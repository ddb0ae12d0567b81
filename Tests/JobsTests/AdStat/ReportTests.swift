import Jobs
import MySQLClient
import RedisClient
import RedisStore
import Rules
import TestServers
import Testing

/// What a report says of counts that lie in one store, in the other, or in both.
struct ReportTests {
  @Test(arguments: MySQLServer.available)
  func aDayInBothStoresCountsOnce(flavor: MySQLServer.Flavor) throws {
    let fixture = try AdStatFixture(at: "2026-11-18 09:00:05", flavor)
    // Archived and forgotten, archived and kept, in Redis alone, live.
    for (day, shows) in [("18", 100), ("19", 20), ("20", 3)] {
      try fixture.clock.set(to: "2026-11-\(day) 09:00:05")
      try fixture.count("a", shows: shows, clicks: 1)
      fixture.rollOver()
      if day != "20" {
        try fixture.clock.set(to: "2026-11-\(Int(day)! + 1) 02:10:00")
        fixture.archive(keepDays: day == "18" ? 0 : 2)
      }
    }
    try fixture.clock.set(to: "2026-11-20 09:30:00")
    try fixture.count("a", shows: 7)
    #expect(try !fixture.exists("a_day_show_2026-11-18"))
    #expect(try fixture.exists("a_day_show_2026-11-19"))

    let report = try fixture.report(.day, "2026-11-17", "2026-11-21")
    #expect(
      report.lines == ["2026-11-18 100 1", "2026-11-19 20 1", "2026-11-20 10 1 *"])
    #expect(report.total == AdTotals(shows: 130, clicks: 3))
    #expect(report.liveHour?.description == "2026-11-20T09")
    #expect(
      try fixture.report(.hour, "2026-11-20", "2026-11-20").lines.suffix(3)
        == ["2026-11-20T07 0 0 *", "2026-11-20T08 3 1 *", "2026-11-20T09 7 0 *"])
    #expect(try fixture.archivedReport(.day).total == AdTotals(shows: 120, clicks: 2))
  }

  @Test(arguments: MySQLServer.available)
  func countsOfTwoLivesOfRedisAddUp(flavor: MySQLServer.Flavor) throws {
    let fixture = try AdStatFixture(at: "2026-11-20 09:00:05", flavor)
    try fixture.count("a", shows: 7, clicks: 1)
    fixture.rollOver()
    fixture.archive("2026-11-20")
    #expect(try fixture.report(.hour, "2026-11-20", "2026-11-20").total.shows == 7)
    try fixture.send("FLUSHALL")
    try fixture.count("a", shows: 5)
    // Not even named yet.
    #expect(try fixture.report(.hour, "2026-11-20", "2026-11-20").total.shows == 12)
    fixture.rollOver()
    #expect(try fixture.report(.hour, "2026-11-20", "2026-11-20").total.shows == 12)
    fixture.archive("2026-11-20")
    #expect(try fixture.report(.hour, "2026-11-20", "2026-11-20").total.shows == 12)
    #expect(try fixture.archivedReport(.hour).total == AdTotals(shows: 12, clicks: 1))
  }

  @Test func whatMySQLIsAheadOfCountsAsItIs() throws {
    let fixture = try AdStatFixture(at: "2026-11-20 09:00:05", .mariadb)
    try fixture.count("a", shows: 7, clicks: 2)
    fixture.rollOver()
    fixture.archive("2026-11-20")
    try fixture.query("UPDATE ad_ctr SET show_count = 9")
    #expect(
      try fixture.report(.code, "2026-11-20", "2026-11-20").total
        == AdTotals(shows: 9, clicks: 2))
  }

  @Test func liveCountersStandUnderTheHourInWhichARolloverWouldBookThem() throws {
    let fixture = try AdStatFixture(at: "2026-11-20 00:05:00", .mariadb)
    try fixture.count("a", shows: 4)
    let late = try fixture.report(.hour, "2026-11-19", "2026-11-20")
    #expect(late.liveHour?.description == "2026-11-19T23")
    #expect(late.counted == ["2026-11-19T23 4 0 *"])
    #expect(late.unfinished.map(\.description) == ["2026-11-19", "2026-11-20"])
    try fixture.clock.set(to: "2026-11-20 00:15:00")
    let later = try fixture.report(.hour, "2026-11-19", "2026-11-20")
    #expect(later.lines == ["2026-11-20T00 4 0 *"])
    #expect(later.unfinished.map(\.description) == ["2026-11-20"])
    // They are no part of yesterday any more.
    let yesterday = try fixture.report(.day, "2026-11-19", "2026-11-19")
    #expect(yesterday.rows.isEmpty && yesterday.liveHour == nil)
  }

  @Test func theGraceTimeIsThatOfTheRollover() throws {
    let fixture = try AdStatFixture(at: "2026-11-20 09:10:00", .mariadb)
    try fixture.count("a", shows: 4)
    var question = ReportQuestion(by: .hour, .today)
    question.graceMinutes = 5
    let report = try Report(question, in: fixture.context).answer()
    #expect(report.counted == ["2026-11-20T09 4 0 *"])
  }

  @Test func countersOfASealedDayWaitForTheNextOne() throws {
    let fixture = try AdStatFixture(at: "2026-11-20 09:00:05", .mariadb)
    try fixture.count("a", shows: 1)
    fixture.rollOver()
    try fixture.clock.set(to: "2026-11-21 02:10:00")
    fixture.archive()
    try fixture.count("a", shows: 4)
    // The clock of Redis went back.
    try fixture.clock.set(to: "2026-11-20 12:00:00")
    let report = try fixture.report(.hour, "2026-11-20", "2026-11-22")
    #expect(report.liveHour?.description == "2026-11-21T00")
    #expect(report.total.shows == 5)
  }

  @Test(arguments: MySQLServer.available)
  func imagesHaveTheirNamesAndGroups(flavor: MySQLServer.Flavor) throws {
    let fixture = try AdStatFixture(at: "2026-11-20 09:00:05", flavor)
    fixture.edit(.group, .add, [.group: "spring"])
    fixture.edit(.image, .add, [.code: "a", .url: "u", .name: "Anna", .group: "spring"])
    fixture.edit(.image, .add, [.code: "b", .url: "u", .group: "spring"])
    fixture.edit(.image, .add, [.code: "c", .url: "u"])
    fixture.edit(.image, .remove(withImages: false), [.code: "b"])
    for (index, code) in ["a", "b", "c", "A", "a "].enumerated() {
      try fixture.count(code, shows: 10 + index, clicks: index)
    }
    fixture.rollOver()
    fixture.archive("2026-11-20")
    try fixture.count("a", shows: 100)
    try fixture.count("z", shows: 1)

    let byCode = try fixture.report(.code, "2026-11-20", "2026-11-20")
    #expect(
      byCode.rows.map { "\($0.key.text) \($0.name ?? "-") \($0.group ?? "-") \($0.totals.shows)" }
        == [
          "a Anna spring 110", "a  - - 14", "A - - 13", "c c - 12", "b b spring 11", "z - - 1",
        ])
    #expect(
      try fixture.report(.group, "2026-11-20", "2026-11-20").lines
        == ["spring 121 1 *", "- 40 9 *"])
    let spring = try fixture.report(.code, "2026-11-20", "2026-11-20") { $0.group = "spring" }
    #expect(spring.lines == ["a 110 0 *", "b 11 1 *"])
    let two = try fixture.report(.hour, "2026-11-20", "2026-11-20") {
      $0.codes = ["a", "z", "nobody"].map { Code(Array($0.utf8))! }
    }
    #expect(two.counted == ["2026-11-20T08 111 0 *"])
    let both = try fixture.report(.code, "2026-11-20", "2026-11-20") {
      ($0.codes, $0.group) = ([Code(Array("c".utf8))!], "spring")
    }
    #expect(both.rows.isEmpty)
    #expect(throws: JobFailure.self) {
      try fixture.report(.code, "2026-11-20", "2026-11-20") { $0.group = "Spring" }
    }
  }

  @Test func aDayHasTheHoursThatItsClockShowed() throws {
    for (instant, hours) in [
      ("2026-03-29 20:00:05", [0, 1, 3, 4]), ("2026-10-25 20:00:05", [0, 1, 2, 3]),
    ] {
      let fixture = try AdStatFixture(at: instant, .mariadb, zone: "Europe/Berlin")
      try fixture.count("a", shows: 4)
      fixture.rollOver(hour: "\(instant.prefix(10))T00")
      let report = try fixture.report(.hour, "\(instant.prefix(10))", "\(instant.prefix(10))")
      #expect(report.rows.prefix(4).compactMap(\.key.hour) == hours)
      // Up to 22:00 of summer, or 21:00 of winter.
      #expect(report.rows.count == 22)
    }
  }

  @Test func whatCannotBeReadIsNamedAndTheRestAnswered() throws {
    let fixture = try AdStatFixture(at: "2026-11-20 09:00:05", .mariadb)
    for code in ["a", "b", "c"] { try fixture.count(code, shows: 5) }
    fixture.rollOver()
    try fixture.send("HSET", "a_day_show_2026-11-20", "24", "1")
    try fixture.send("SET", "a_show", "2")
    try fixture.send("SET", "b_click", "1.5")
    try fixture.send("SET", "c_day_click_2026-11-20", "x")
    try fixture.send("SET", "_show", "1")
    let report = try fixture.report(.code, "2026-11-20", "2026-11-20")
    #expect(report.lines == ["b 5 0 *", "c 5 0 *", "a 2 0 *"])
    #expect(report.rejectedCount == 4)
    #expect(
      Set(fixture.observer.rejected.keys) == [
        "a_day_show_2026-11-20", "b_click", "c_day_click_2026-11-20", "_show",
      ])
    // Who asks about one image is not told of others.
    let one = try fixture.report(.code, "2026-11-20", "2026-11-20") {
      $0.codes = [Code(Array("b".utf8))!]
    }
    #expect(one.rejectedCount == 1)
  }

  @Test(arguments: MySQLServer.available)
  func aReportWritesNothing(flavor: MySQLServer.Flavor) throws {
    let fixture = try AdStatFixture(at: "2026-11-20 09:00:05", flavor)
    try fixture.count("a", shows: 5)
    fixture.rollOver()
    fixture.archive("2026-11-20")
    try fixture.count("a", shows: 5)
    try fixture.send("EXPIRE", "a_day_show_2026-11-20", "100000")
    let digest = try fixture.digest()
    let tables = "CHECKSUM TABLE ad_ctr, ad_source, ad_image, ad_group, tally_run"
    let checksums = try fixture.query(tables)
    for grouping in ReportGrouping.allCases {
      #expect(try fixture.report(grouping, "2026-11-19", "2026-11-20").total.shows == 10)
    }
    #expect(try fixture.digest() == digest)
    #expect(try fixture.query(tables) == checksums)
  }

  @Test func withRedisDownOnlyWhatIsArchivedIsReported() throws {
    let fixture = try AdStatFixture(at: "2026-11-20 09:00:05", .mariadb)
    try fixture.count("a", shows: 5)
    fixture.rollOver()
    fixture.archive("2026-11-20")
    fixture.server.kill()
    #expect(throws: RedisError.self) { try fixture.report(.day, "2026-11-20", "2026-11-20") }
    #expect(try fixture.archivedReport(.day).lines == ["2026-11-20 5 0 *"])
  }

  @Test func aRedisOlderThanAnArchiveIsWarnedOf() throws {
    let fixture = try AdStatFixture(at: "2026-11-20 09:00:05", .mariadb)
    try fixture.count("a", shows: 5)
    fixture.rollOver()
    try fixture.send("SAVE")
    fixture.archive("2026-11-20")
    fixture.server.kill()
    try fixture.server.restart()
    #expect(try fixture.report(.day, "2026-11-20", "2026-11-20").total.shows == 5)
    #expect(fixture.observer.warnings.contains { $0.contains("older than an archive") })
  }

  @Test func nothingCountedAtAllIsAnAnswerToo() throws {
    let fixture = try AdStatFixture(at: "2026-11-20 09:00:05", .mariadb)
    for grouping in ReportGrouping.allCases {
      let report = try fixture.report(grouping, "1970-01-01", "9999-12-31")
      #expect(report.total == AdTotals())
      #expect(report.rows.allSatisfy { $0.totals == AdTotals() })
    }
  }

  @Test func namesOfKeysMayBeAnyBytes() throws {
    let fixture = try AdStatFixture(
      at: "2026-11-20 09:00:05", .mariadb,
      keyspace: Keyspace(prefix: Array("p*:".utf8), hashTags: true))
    let codes = [[255, 0, 10], Array("a}_show".utf8), Array("\u{1B}[2J".utf8)]
    for (index, code) in codes.enumerated() {
      let key = Array("p*:{".utf8) + code + Array("}_show".utf8)
      _ = try fixture.redis.send(RedisCommand("INCRBY", [key, Array("\(index + 1)".utf8)]))
    }
    fixture.rollOver()
    fixture.archive("2026-11-20")
    for _ in 0..<2 {
      let report = try fixture.report(.code, "2026-11-20", "2026-11-20")
      #expect(report.rows.map(\.key) == codes.reversed().map { .code(Code($0)!) })
      #expect(report.total.shows == 6)
      let one = try fixture.report(.day, "2026-11-20", "2026-11-20") {
        $0.codes = [Code(codes[2])!]
      }
      #expect(one.total.shows == 3)
      try fixture.send("FLUSHALL")
    }
  }
}

extension AdStatFixture {
  func report(
    _ grouping: ReportGrouping, _ first: String, _ last: String,
    with change: (inout ReportQuestion) -> Void = { _ in }
  ) throws -> AdReport {
    let days = DayRange(CivilDay(first)!, through: CivilDay(last)!)!
    var question = ReportQuestion(by: grouping, .range(days))
    change(&question)
    return try Report(question, in: context).answer()
  }

  /// Of all that MySQL holds.
  func archivedReport(_ grouping: ReportGrouping) throws -> AdReport {
    try report(grouping, "2026-01-01", "2026-12-31") { $0.isArchivedOnly = true }
  }
}

extension AdReport {
  /// `2026-11-20 7 1 *`: what the row is, shows, clicks, and the mark of what is unfinished.
  var lines: [String] {
    rows.map { row in
      "\(row.key.text) \(row.totals.shows) \(row.totals.clicks)" + (row.isUnfinished ? " *" : "")
    }
  }
}

extension AdReport {
  /// Those of the lines that have a count.
  var counted: [String] {
    zip(rows, lines).filter { $0.0.totals != AdTotals() }.map(\.1)
  }
}

extension ReportKey {
  var text: String {
    switch self {
    case .hour(let hour): "\(hour)"
    case .day(let day): "\(day)"
    case .week(let week): "\(week)"
    case .month(let month): "\(month)"
    case .code(let code): String(decoding: code.bytes, as: UTF8.self)
    case .group(let name): name ?? "-"
    }
  }

  var hour: Int? { if case .hour(let hour) = self { hour.hour } else { nil } }
}
