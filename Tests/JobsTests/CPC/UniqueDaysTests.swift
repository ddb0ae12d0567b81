import Jobs
import RedisClient
import RedisStore
import Rules
import TestServers
import Testing

/// Different people over days and images, as Redis itself would count them.
struct UniqueDaysTests {
  private let days = DayRange(CivilDay("2026-11-15")!, through: CivilDay("2026-11-21")!)!

  /// Estimates of each image over all days: as PFCOUNT of all the keys.
  private func totals(_ fixture: SketchFixture) throws -> [String: Double] {
    var totals: [String: Double] = [:]
    let rejected = try UniqueDays(fixture.base.context).forEachImage(in: days) { code, viewers in
      var all = Viewers()
      for one in viewers.values { all.merge(one) }
      totals[printable(code.bytes)] = Double(all.count.estimate)
    }
    #expect(rejected == 0)
    return totals
  }

  private func count(_ fixture: SketchFixture, _ keys: String...) throws -> Double {
    let words = keys.map { Array($0.utf8) }
    guard case .integer(let count) = try fixture.base.redis.send(RedisCommand("PFCOUNT", words))
    else { return -1 }
    return Double(count)
  }

  @Test(arguments: MySQLServer.available)
  func aDayCountsOnceWhetherMySQLRedisOrBothHaveIt(flavor: MySQLServer.Flavor) throws {
    let fixture = try SketchFixture(flavor)
    for (day, viewers) in [(15, 0..<900), (16, 500..<2000), (20, 0..<300), (21, 1900..<5000)] {
      try fixture.see(viewers, of: "a", on: "2026-11-\(day)")
    }
    try fixture.see(0..<70, of: "A", on: "2026-11-16")
    try fixture.see(0..<50, of: "today", on: "2026-11-21")
    try fixture.see(0..<9999, of: "a", on: "2026-11-14")
    let expected = try [
      "a": count(
        fixture, "a_uv_2026-11-15", "a_uv_2026-11-16", "a_uv_2026-11-20", "a_uv_2026-11-21"),
      "A": count(fixture, "A_uv_2026-11-16"), "today": count(fixture, "today_uv_2026-11-21"),
    ]
    #expect(try totals(fixture) == expected)
    #expect(fixture.archive().report.forgotten == 4)
    #expect(try totals(fixture) == expected)
    // Late ones make a new key beside the row.
    try fixture.see(0..<70, of: "A", on: "2026-11-16")
    #expect(try totals(fixture) == expected)
  }

  @Test(arguments: MySQLServer.available)
  func weeksAndGroupsAreMadeByMerging(flavor: MySQLServer.Flavor) throws {
    let fixture = try SketchFixture(flavor)
    try fixture.see(0..<1000, of: "a", on: "2026-11-15")
    try fixture.see(500..<1500, of: "b", on: "2026-11-15")
    try fixture.see(0..<2000, of: "c", on: "2026-11-15")
    try fixture.see(0..<1000, of: "a", on: "2026-11-17")
    let expected = try count(fixture, "a_uv_2026-11-15", "b_uv_2026-11-15", "a_uv_2026-11-17")
    fixture.archive()
    var group = Viewers()
    let codes = Set(["a", "b"].map { Code(Array($0.utf8))! })
    _ = try UniqueDays(fixture.base.context).forEachImage(in: days, of: codes) { code, viewers in
      #expect(viewers.count == (printable(code.bytes) == "a" ? 2 : 1))
      for one in viewers.values { group.merge(one) }
    }
    #expect(Double(group.count.estimate) == expected)
    #expect(group.count.lowerBound < 1500 && group.count.upperBound > 1500)
  }

  /// What was seen in Redis is in MySQL by the time it is read, but maybe not in what was read of MySQL.
  @Test(arguments: MySQLServer.available)
  func whatAnArchiveTakesMeanwhileIsNotMissed(flavor: MySQLServer.Flavor) throws {
    let fixture = try SketchFixture(flavor)
    for code in ["a", "b"] { try fixture.see(0..<100, of: code, on: "2026-11-15") }
    fixture.archive(keepDays: 0)
    try fixture.see(0..<300, of: "b", on: "2026-11-15")
    try fixture.see(0..<200, of: "c", on: "2026-11-15")
    let expected = try ["b", "c"].map { try count(fixture, "\($0)_uv_2026-11-15") }
    var found: [String: Double] = [:]
    _ = try UniqueDays(fixture.base.context).forEachImage(in: days) { code, viewers in
      found[printable(code.bytes)] = viewers.values.first.map { Double($0.count.estimate) }
      if code.bytes == [UInt8(ascii: "a")] {
        #expect(fixture.archive(keepDays: 0).report.forgotten == 2)
      }
    }
    #expect(found["b"] == expected[0] && found["c"] == expected[1])
  }

  /// Few images are looked up by name: no walk, and nothing of the others.
  @Test(arguments: MySQLServer.available)
  func ofSomeImagesNothingElseIsRead(flavor: MySQLServer.Flavor) throws {
    let fixture = try SketchFixture(flavor)
    for code in ["a", "b"] { try fixture.see(0..<30, of: code, on: "2026-11-15") }
    fixture.archive(keepDays: 0)
    try fixture.base.query("UPDATE cpc_day SET sketch = 'x' WHERE name = 'b'")
    try fixture.see(0..<20, of: "a", on: "2026-11-21")
    try fixture.send("SET", "b_uv_2026-11-21", "x")
    try fixture.send("CONFIG", "RESETSTAT")
    var seen: [CivilDay: Viewers] = [:]
    let rejected = try UniqueDays(fixture.base.context).forEachImage(
      in: days, of: [Code(Array("a".utf8))!, Code(Array("none".utf8))!]
    ) { seen = $1 }
    #expect(rejected == 0 && seen.keys.sorted().map(\.dayOfMonth) == [15, 21])
    guard case .bytes(let stats) = try fixture.send("INFO", "commandstats") else { return }
    #expect(!String(decoding: stats, as: UTF8.self).contains("cmdstat_scan"))
    _ = try UniqueDays(fixture.base.context).forEachImage(in: days, of: []) { _, _ in
      Issue.record("nobody was asked for")
    }
  }

  @Test func moreRowsThanAPageComeInOrderAndOnce() throws {
    let fixture = try SketchFixture(.mariadb)
    for code in 0..<100 {
      for day in 15..<19 { try fixture.see(0..<3, of: "c\(code)", on: "2026-11-\(day)") }
    }
    fixture.archive(keepDays: 0)
    var codes: [String] = []
    _ = try UniqueDays(fixture.base.context).forEachImage(in: days) { code, viewers in
      codes.append(printable(code.bytes))
      #expect(viewers.count == 4)
    }
    #expect(codes == (0..<100).map { "c\($0)" }.sorted())
  }

  @Test func whatCannotBeReadIsNamedAndLeftOut() throws {
    let fixture = try SketchFixture(.mariadb)
    try fixture.see(0..<3, of: "a", on: "2026-11-15")
    try fixture.see(0..<3, of: "b", on: "2026-11-15")
    fixture.archive(keepDays: 0)
    try fixture.base.query("UPDATE cpc_day SET sketch = 'x' WHERE name = 'b'")
    try fixture.send("SET", "c_uv_2026-11-21", "x")
    try fixture.send("RPUSH", "d_uv_2026-11-21", "x")
    var codes: [String] = []
    let rejected = try UniqueDays(fixture.base.context).forEachImage(in: days) { code, _ in
      codes.append(printable(code.bytes))
    }
    #expect(codes == ["a"] && rejected == 3)
    #expect(
      fixture.observer.rejected.keys.sorted() == [
        "c_uv_2026-11-21", "d_uv_2026-11-21", "mysql's row of b_uv_2026-11-15",
      ])
  }
}
