import Jobs
import RedisClient
import RedisStore
import Rules
import Sketches
import TestServers
import Testing

struct CPCArchiveDayTests {
  @Test(arguments: MySQLServer.available)
  func closedDaysAreMergedAndTheOldOnesForgotten(flavor: MySQLServer.Flavor) throws {
    let fixture = try SketchFixture(flavor)
    try fixture.update("cpc:visitors_2026-11-18", with: 0..<20)
    try fixture.update("cpc:visitors_2026-11-20", with: 0..<30)
    try fixture.update("cpc:visitors_2026-11-21", with: 0..<5)
    try fixture.see(0..<40, of: "banner", on: "2026-11-18")
    try fixture.see(0..<30_000, of: "banner", on: "2026-11-20")
    try fixture.update("cpc:week", with: 0..<5)
    let outcome = fixture.archive()
    #expect(outcome.exitCode == 0, "\(String(describing: outcome.failure))")
    #expect(outcome.numbers == [4, 4, 0, 2, 0])
    #expect(
      try fixture.rows() == [
        "2026-11-18 cpc visitors 12 20", "2026-11-18 hll banner 14 40",
        "2026-11-20 cpc visitors 12 30", "2026-11-20 hll banner 14 30k",
      ])
    #expect(
      try fixture.keys() == [
        "banner_uv_2026-11-20", "cpc:visitors_2026-11-20", "cpc:visitors_2026-11-21", "cpc:week",
      ])
    #expect(
      try fixture.base.query("SELECT job, changed, exit_code FROM tally_run")
        == ["cpc archive-day\t4\t0"])
  }

  @Test(arguments: MySQLServer.available)
  func aSecondRunChangesNoRow(flavor: MySQLServer.Flavor) throws {
    let fixture = try SketchFixture(flavor)
    try fixture.update("cpc:a_2026-11-20", with: 0..<3000)
    try fixture.see(0..<3000, of: "a", on: "2026-11-20")
    #expect(fixture.archive().numbers == [2, 2, 0, 0, 0])
    let fingerprint = try fixture.fingerprint()
    #expect(fixture.archive().numbers == [2, 0, 2, 0, 0])
    #expect(try fixture.fingerprint() == fingerprint)
  }

  /// Nothing is sealed: what comes late makes a key anew, which is merged as well.
  @Test(arguments: MySQLServer.available)
  func whatComesAfterTheForgettingIsMergedIntoItsRow(flavor: MySQLServer.Flavor) throws {
    let fixture = try SketchFixture(flavor)
    try fixture.update("cpc:a_2026-11-15", with: 0..<100)
    try fixture.see(0..<100, of: "a", on: "2026-11-15")
    #expect(fixture.archive().numbers == [2, 2, 0, 2, 0])
    try fixture.update("cpc:a_2026-11-15", with: 90..<150)
    try fixture.see(90..<150, of: "a", on: "2026-11-15")
    #expect(fixture.archive().numbers == [2, 2, 0, 2, 0])
    #expect(
      try fixture.rows() == ["2026-11-15 cpc a 12 150", "2026-11-15 hll a 14 151"]
        || fixture.rows() == ["2026-11-15 cpc a 12 150", "2026-11-15 hll a 14 150"]
        || fixture.rows() == ["2026-11-15 cpc a 12 151", "2026-11-15 hll a 14 150"]
        || fixture.rows() == ["2026-11-15 cpc a 12 149", "2026-11-15 hll a 14 150"])
    // What has nothing new is forgotten, too.
    try fixture.update("cpc:a_2026-11-15", with: 10..<20)
    #expect(fixture.archive().numbers == [1, 0, 1, 1, 0])
    #expect(try fixture.keys() == [])
  }

  @Test(arguments: MySQLServer.available)
  func todayIsMergedOnlyWhenItIsNamedAndGoesOn(flavor: MySQLServer.Flavor) throws {
    let fixture = try SketchFixture(flavor)
    for day in ["2026-11-19", "2026-11-20", "2026-11-21", "2026-11-22"] {
      try fixture.update("cpc:a_\(day)", with: 0..<10)
    }
    #expect(
      fixture.archive("2026-11-21", "2026-11-19", "2026-11-22", keepDays: 0).numbers
        == [2, 2, 0, 1, 0])
    #expect(try fixture.rows() == ["2026-11-19 cpc a 12 10", "2026-11-21 cpc a 12 10"])
    try fixture.update("cpc:a_2026-11-21", with: 5..<15)
    let image = try #require(try fixture.value("cpc:a_2026-11-21"))
    #expect(fixture.archive("2026-11-21", keepDays: 0).numbers == [1, 1, 0, 0, 0])
    // A sketch that saw all of it keeps its account in the table.
    #expect(
      try fixture.base.query("SELECT HEX(sketch) FROM cpc_day WHERE day = '2026-11-21'")
        == [hex(image).uppercased()])
  }

  @Test(arguments: MySQLServer.available)
  func aDryRunTellsWhatARealOneDoesAndWritesNothing(flavor: MySQLServer.Flavor) throws {
    let fixture = try SketchFixture(flavor)
    try fixture.update("cpc:a_2026-11-15", with: 0..<100)
    try fixture.update("cpc:b_2026-11-20", with: 0..<100)
    fixture.archive("2026-11-20")
    try fixture.see(0..<10, of: "a", on: "2026-11-19")
    try fixture.send("SET", "cpc:bad_2026-11-15", "x")
    let fingerprint = try fixture.fingerprint()
    let dry = fixture.archive(keepDays: 1, isDryRun: true)
    #expect(try fixture.fingerprint() == fingerprint)
    let real = fixture.archive(keepDays: 1)
    #expect(dry.numbers == real.numbers && dry.exitCode == real.exitCode)
    #expect(dry.numbers == [3, 2, 1, 2, 1])
  }

  @Test(arguments: MySQLServer.available)
  func whatIsNoSketchIsNamedAndStopsNothing(flavor: MySQLServer.Flavor) throws {
    let fixture = try SketchFixture(flavor)
    try fixture.update("cpc:good_2026-11-15", with: 0..<10)
    try fixture.update("cpc:cut_2026-11-15", with: 0..<10)
    let image = try #require(try fixture.value("cpc:cut_2026-11-15"))
    let cut = RedisCommand("SET", [Array("cpc:cut_2026-11-15".utf8), Array(image.dropLast())])
    _ = try fixture.base.redis.send(cut)
    try fixture.send("RPUSH", "list_uv_2026-11-15", "x")
    try fixture.send("SET", "text_uv_2026-11-15", "many viewers, honestly")
    try fixture.see(0..<9, of: "sketch", on: "2026-11-15")
    try fixture.send("RENAME", "sketch_uv_2026-11-15", "cpc:hll_2026-11-15")
    try fixture.send("SET", "x_uv_2026-02-31", "x")
    let outcome = fixture.archive()
    #expect(outcome.numbers == [1, 1, 0, 1, 5] && outcome.exitCode == 65)
    let rejected = fixture.observer.rejected
    #expect(
      rejected.keys.sorted() == [
        "cpc:cut_2026-11-15", "cpc:hll_2026-11-15", "list_uv_2026-11-15", "text_uv_2026-11-15",
        "x_uv_2026-02-31",
      ])
    #expect(rejected["list_uv_2026-11-15"] == "is another type of key, not a string")
    #expect(rejected["text_uv_2026-11-15"] == "no sketch of this kind")
    #expect(rejected["cpc:hll_2026-11-15"] == "no sketch of this kind")
    #expect(try fixture.keys().count == 5)
  }

  /// A day's sketches of ten thousand names, in bounded batches.
  @Test(arguments: MySQLServer.available)
  func manySketchesAreArchivedInBatches(flavor: MySQLServer.Flavor) throws {
    let fixture = try SketchFixture(flavor)
    let count = 1500
    var sketch = try CPCSketch(lgK: 10)
    for item in 0..<50 { sketch.update("\(item)") }
    let image = sketch.serialized()
    _ = try fixture.base.redis.pipeline(
      (0..<count).map { RedisCommand("SET", [Array("cpc:n\($0)_2026-11-15".utf8), image]) })
    #expect(fixture.archive().numbers == [count, count, 0, count, 0])
    #expect(try fixture.keys() == [])
    #expect(try fixture.base.query("SELECT COUNT(*) FROM cpc_day") == ["\(count)"])
  }

  @Test(arguments: MySQLServer.available)
  func runsAtOnceWriteEachRowAndForgetEachKeyOnce(flavor: MySQLServer.Flavor) async throws {
    let fixture = try SketchFixture(flavor)
    for number in 0..<300 {
      try fixture.update("cpc:n\(number)_2026-11-15", with: number..<number + 20)
    }
    let context = fixture.base.context
    let archive: @Sendable () -> JobOutcome = { run(CPCArchiveDay(keepDays: 0), in: context) }
    let outcomes = try await atOnce([archive, archive, archive])
    for outcome in outcomes {
      #expect(outcome.exitCode == 0, "\(String(describing: outcome.failure))")
    }
    #expect(outcomes.map(\.report.forgotten).reduce(0, +) == 300)
    #expect(
      try fixture.base.query("SELECT COUNT(*), SUM(ROUND(estimate)) FROM cpc_day")
        == ["300\t6000"])
    #expect(try fixture.keys() == [])
  }

  /// Every image of every day, while the service goes on adding: the union of the rows and what Redis
  /// still holds has seen everything.
  @Test(arguments: MySQLServer.available)
  func viewersWhoComeDuringTheRunsAreCounted(flavor: MySQLServer.Flavor) async throws {
    let fixture = try SketchFixture(flavor)
    let context = fixture.base.context
    let writer: @Sendable () -> JobOutcome = {
      for start in 0..<60 {
        _ = try? SketchCommands(context).update(
          Array("cpc:a_2026-11-15".utf8),
          with: .items((start * 10..<start * 10 + 20).map { Array("v\($0)".utf8) }), lgK: 12,
          expiry: .keep)
      }
      return run(CPCArchiveDay(keepDays: 0), in: context)
    }
    let archive: @Sendable () -> JobOutcome = {
      for _ in 0..<8 { _ = run(CPCArchiveDay(keepDays: 0), in: context) }
      return run(CPCArchiveDay(keepDays: 0), in: context)
    }
    for outcome in try await atOnce([writer, archive]) { #expect(outcome.exitCode == 0) }
    #expect(fixture.archive(keepDays: 0).exitCode == 0)
    #expect(try fixture.keys() == [])
    var all = try CPCSketch(lgK: 12)
    for item in 0..<610 { all.update("v\(item)") }
    let row = try fixture.base.query("SELECT HEX(sketch) FROM cpc_day")
    let image = try #require(bytes(hex: row[0].lowercased()))
    #expect(try CPCSketch(serialized: image).couponCount == all.couponCount)
  }

  @Test(arguments: MySQLServer.available)
  func aRowThatWasSpoiltOnItsWayStopsTheForgetting(flavor: MySQLServer.Flavor) throws {
    let fixture = try SketchFixture(flavor)
    try fixture.update("cpc:a_2026-11-15", with: 0..<10)
    // A trigger that the check of the table would refuse is made after it: by a run that finds the row.
    let context = fixture.base.context
    try fixture.base.query(
      """
      CREATE PROCEDURE spoil() UPDATE cpc_day SET sketch = 'x'
      """)
    #expect(fixture.archive("2026-11-15", keepDays: 9).exitCode == 0)
    try fixture.base.query("CALL spoil()")
    let outcome = run(CPCArchiveDay(keepDays: 0), in: context)
    #expect(outcome.exitCode == 65 && outcome.report.forgotten == 0)
    #expect(fixture.observer.rejected["cpc:a_2026-11-15"]?.contains("damaged") == true)
    #expect(try fixture.keys() == ["cpc:a_2026-11-15"])
  }

  @Test(arguments: MySQLServer.available)
  func prefixAndHashTagsAreThoseOfTheInstallation(flavor: MySQLServer.Flavor) throws {
    let keyspace = Keyspace(prefix: Array("shop:".utf8), hashTags: true)
    let fixture = try SketchFixture(flavor, keyspace: keyspace)
    try fixture.update("cpc:a_2026-11-15", with: 0..<10)
    try fixture.send("PFADD", "shop:{b}_uv_2026-11-15", "x")
    try fixture.send("PFADD", "other:{b}_uv_2026-11-15", "x")
    #expect(fixture.archive().numbers == [2, 2, 0, 2, 0])
    #expect(try fixture.keys() == ["other:{b}_uv_2026-11-15"])
  }

  @Test func aDatabaseThatWasNotMigratedIsRefused() throws {
    let fixture = try SketchFixture(.mariadb)
    try fixture.update("cpc:a_2026-11-15", with: 0..<10)
    try fixture.base.query("DELETE FROM tally_schema WHERE version = 5")
    #expect(fixture.archive().exitCode == 78)
    #expect(try fixture.keys() == ["cpc:a_2026-11-15"])
  }

  /// It is 02:40. The next archive should be over at 05:40 of the next day.
  @Test(arguments: MySQLServer.available, [false, true])
  func whatWouldGoBeforeItIsArchivedIsWarnedOf(
    flavor: MySQLServer.Flavor, isDryRun: Bool
  ) throws {
    let fixture = try SketchFixture(flavor)
    for (name, day, seconds) in [
      ("early", 21, 3600), ("late", 21, 27 * 3600 - 600), ("enough", 21, 27 * 3600 + 600),
      ("merged", 20, 3600), ("tomorrow", 22, 27 * 3600), ("published", 21, 100_000),
    ] {
      try fixture.update("cpc:\(name)_2026-11-\(day)", with: 0..<5)
      try fixture.send("EXPIRE", "cpc:\(name)_2026-11-\(day)", "\(seconds)")
    }
    try fixture.see(0..<5, of: "viewers", on: "2026-11-21")
    try fixture.send("EXPIRE", "viewers_uv_2026-11-21", "600")
    try fixture.update("cpc:for-ever_2026-11-21", with: 0..<5)
    let outcome = fixture.archive(isDryRun: isDryRun)
    #expect(outcome.numbers == [1, 1, 0, 0, 0] && outcome.exitCode == 0)
    let warnings = fixture.observer.warnings.sorted()
    #expect(
      warnings.map { $0.prefix { $0 != " " } } == [
        "cpc:early_2026-11-21", "cpc:late_2026-11-21", "cpc:tomorrow_2026-11-22",
        "viewers_uv_2026-11-21",
      ])
    #expect(
      warnings[0].contains(" had a TTL; it will be gone at 2026-11-21 03:")
        && warnings[0].hasSuffix(", before an archive takes it"), "\(warnings)")
    // It is not taken off: who gave it knows why.
    #expect(try fixture.send("TTL", "cpc:early_2026-11-21") != .integer(-1))
  }

  /// Today is merged when it is named, but goes on; what is not named is left to the next archive.
  @Test func whatIsNamedOrLeftIsWarnedOfToo() throws {
    let fixture = try SketchFixture(.mariadb)
    for day in ["2026-11-19", "2026-11-20", "2026-11-21"] {
      try fixture.see(0..<5, of: "a", on: day)
      try fixture.send("EXPIRE", "a_uv_\(day)", "600")
    }
    #expect(fixture.archive("2026-11-21", "2026-11-19").numbers == [2, 2, 0, 0, 0])
    #expect(
      fixture.observer.warnings.map { String($0.prefix { $0 != " " }) }.sorted()
        == ["a_uv_2026-11-20", "a_uv_2026-11-21"])
    for number in 0..<12 {
      try fixture.update("cpc:n\(number)_2026-11-21", with: 0..<5)
      try fixture.send("EXPIRE", "cpc:n\(number)_2026-11-21", "600")
    }
    fixture.archive("2026-11-21")
    #expect(fixture.observer.warnings.last == "15 keys had a TTL; 10 of them were named")
  }
}
