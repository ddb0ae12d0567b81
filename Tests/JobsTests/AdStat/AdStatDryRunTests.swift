import Jobs
import RedisClient
import Rules
import TestServers
import Testing

/// A dry run tells what a real one would do, and leaves both servers as they were.
struct AdStatDryRunTests {
  @Test func aDryRolloverTellsWhatARealOneDoes() throws {
    let fixture = try AdStatFixture()
    fixture.rollOver()
    let lineage = try #require(try fixture.state("lineage"))
    try fixture.count("a", shows: 7, clicks: 2)
    try fixture.send("SET", "zero_show", "0")
    try fixture.send("SET", "text_show", "x")
    try fixture.send("SET", "long_show", String(repeating: "1", count: 30))
    try fixture.send("RPUSH", "list_show", "x")
    for code in ["string", "alien", "full", "junk"] { try fixture.count(code, shows: 9) }
    try fixture.send("SET", "string_day_show_2026-11-20", "x")
    try fixture.send("HSET", "alien_day_show_2026-11-20", "8", "1")
    try fixture.send("HSET", "junk_day_show_2026-11-20", "8", "x", "lineage", lineage)
    try fixture.send(
      "HSET", "full_day_show_2026-11-20", "8", "9223372036854775800", "lineage", lineage)
    let digest = try fixture.digest()

    let dry = fixture.rollOver(isDryRun: true)
    let dryReasons = fixture.observer.rejected
    #expect(try fixture.digest() == digest)
    let real = fixture.rollOver()
    #expect(dry.numbers == real.numbers && dry.exitCode == real.exitCode)
    #expect(dry.numbers == [6, 2, 0, 2, 7])
    #expect(dryReasons == fixture.observer.rejected)
    #expect(dry.report.isDryRun && !real.report.isDryRun)
  }

  @Test func onAFreshRedisNoLineageIsMinted() throws {
    let fixture = try AdStatFixture(.mariadb)
    try fixture.count("a", shows: 7)
    let digest = try fixture.digest()
    #expect(fixture.rollOver(isDryRun: true).numbers == [1, 1, 0, 1, 0])
    #expect(fixture.archive("2026-11-20", isDryRun: true).numbers == [0, 0, 0, 0, 0])
    #expect(try fixture.digest() == digest)
    #expect(try fixture.query("SELECT COUNT(*) FROM ad_source") == ["0"])
  }

  @Test(arguments: MySQLServer.available)
  func aDryArchiveTellsWhatARealOneDoes(flavor: MySQLServer.Flavor) throws {
    let fixture = try AdStatFixture(at: "2026-11-18 12:00:05", flavor)
    for day in 18...19 {
      try fixture.clock.set(to: "2026-11-\(day) 12:00:05")
      try fixture.count("a", shows: day, clicks: 1)
      fixture.rollOver()
    }
    try fixture.clock.set(to: "2026-11-20 02:10:00")
    try fixture.send("SET", "bad_day_show_2026-11-18", "x")
    try fixture.send("EXPIRE", "a_day_show_2026-11-19", "1000000")
    let digest = try fixture.digest()
    let checksum = try fixture.query("CHECKSUM TABLE ad_ctr, ad_source")
    let dry = fixture.archive(keepDays: 1, isDryRun: true)
    #expect(try fixture.digest() == digest)
    #expect(try fixture.query("CHECKSUM TABLE ad_ctr, ad_source") == checksum)
    let real = fixture.archive(keepDays: 1)
    #expect(dry.numbers == real.numbers && dry.exitCode == real.exitCode)
    #expect(dry.numbers == [4, 2, 0, 2, 1])
  }
}
