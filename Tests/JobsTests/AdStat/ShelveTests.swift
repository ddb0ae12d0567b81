import Jobs
import MySQLClient
import RedisClient
import RedisStore
import Rules
import TestServers
import Testing

struct ShelveTests {
  @Test(arguments: MySQLServer.available)
  func imagesGoUpAndComeDownAtTheirTimes(flavor: MySQLServer.Flavor) throws {
    let fixture = try AdStatFixture(at: "2026-11-20 08:59:00", flavor)
    fixture.addImage("a", [.upTime: "2026-11-20 09:00", .downTime: "2026-11-20 10:00"])
    fixture.addStyle("web", "top", code: "a", weight: "3")
    try fixture.clock.freeze(at: "2026-11-20 08:59:59")
    #expect(fixture.shelve().numbers == [0, 0, 0, 0, 0])
    #expect(try !fixture.exists("a"))
    try fixture.clock.freeze(at: "2026-11-20 09:00:00")
    #expect(fixture.shelve().numbers == [1, 1, 0, 0, 0])
    #expect(try fixture.shelf("web") == ["a": ["top": 3]])
    #expect(try fixture.setting("a", "up_time") == "2026-11-20T09:00:00Z")
    #expect(try fixture.value("a") == fixture.hash("adstat:shelf:web")?["a"])
    try fixture.clock.freeze(at: "2026-11-20 09:59:59")
    #expect(fixture.shelve().numbers == [1, 0, 1, 0, 0])
    try fixture.clock.freeze(at: "2026-11-20 10:00:00")
    #expect(fixture.shelve().numbers == [0, 0, 0, 1, 0])
    #expect(try !fixture.exists("a") && !fixture.exists("adstat:shelf:web"))
    #expect(fixture.observer.notes.contains("up: a") && fixture.observer.notes.contains("down: a"))
  }

  @Test func timesAreEnteredInTheZoneAndComparedInUTC() throws {
    let fixture = try AdStatFixture(
      at: "2026-10-25 00:29:00", .mariadb, zone: "Europe/Berlin")
    // Shown twice that night; the first of the two counts.
    fixture.addImage("a", [.upTime: "2026-10-25 02:30"])
    #expect(fixture.shelve().numbers == [0, 0, 0, 0, 0])
    try fixture.clock.set(to: "2026-10-25 00:30:01")
    #expect(fixture.shelve().numbers == [1, 1, 0, 0, 0])
    #expect(try fixture.setting("a", "up_time") == "2026-10-25T00:30:00Z")
    // Skipped in spring: up when the clocks have gone on.
    fixture.addImage("b", [.upTime: "2027-03-28 02:30"])
    #expect(
      try fixture.query("SELECT up_time FROM ad_image WHERE code = 'b'") == ["2027-03-28 01:00:00"])
  }

  @Test(arguments: MySQLServer.available)
  func aSecondRunChangesNothing(flavor: MySQLServer.Flavor) throws {
    let fixture = try AdStatFixture(flavor)
    try fixture.fillShelf()
    fixture.shelve()
    let digest = try fixture.digest()
    #expect(fixture.shelve().numbers == [4, 0, 4, 0, 0])
    #expect(try fixture.digest() == digest)
  }

  @Test(arguments: MySQLServer.available)
  func everyEditReachesTheShelf(flavor: MySQLServer.Flavor) throws {
    let fixture = try AdStatFixture(flavor)
    try fixture.fillShelf()
    fixture.shelve()
    #expect(try fixture.shelf("web") == ["a": ["top": 6], "b": ["top": 3], "c": ["side": 1]])
    #expect(try fixture.shelf("app") == ["a": ["start": 2]])

    fixture.setImage("a", [.weight: "5", .url: "https://new/"])
    #expect(fixture.shelve().numbers == [4, 1, 3, 0, 0])
    #expect(try fixture.shelf("web")["a"] == ["top": 15])
    #expect(try fixture.setting("a", "url") == "https://new/")
    fixture.edit(
      .style, .set(isRestoring: false),
      [.system: "web", .position: "top", .group: "g", .weight: "1"])
    #expect(fixture.shelve().numbers == [4, 2, 2, 0, 0])
    #expect(try fixture.shelf("web")["b"] == ["top": 1])
    fixture.edit(
      .style, .remove(withImages: false), [.system: "app", .position: "start", .code: "a"])
    #expect(fixture.shelve().numbers == [4, 1, 3, 0, 0])
    #expect(try fixture.shelf("app").isEmpty)
    fixture.edit(.image, .remove(withImages: false), [.code: "c"])
    #expect(fixture.shelve().numbers == [3, 0, 3, 1, 0])
    #expect(try fixture.shelf("web").keys.sorted() == ["a", "b"])
    fixture.edit(.group, .remove(withImages: true), [.group: "g"])
    #expect(fixture.shelve().numbers == [1, 0, 1, 2, 0])
    #expect(try fixture.shelf("web").isEmpty && fixture.exists("alone"))
  }

  @Test(arguments: MySQLServer.available)
  func whatIsTakenDownHasItsCountersMovedFirst(flavor: MySQLServer.Flavor) throws {
    let fixture = try AdStatFixture(at: "2026-11-20 09:20:00", flavor)
    fixture.addImage("a", [.downTime: "2026-11-20 09:30"])
    fixture.addImage("b")
    fixture.shelve()
    try fixture.count("a", shows: 7, clicks: 2)
    try fixture.count("b", shows: 1)
    try fixture.clock.set(to: "2026-11-20 09:30:01")
    #expect(fixture.shelve().numbers == [1, 0, 1, 1, 0])
    #expect(try fixture.hash("a_day_show_2026-11-20") == ["9": "7"])
    #expect(try fixture.hash("a_day_click_2026-11-20") == ["9": "2"])
    #expect(try !fixture.exists("a_show") && fixture.value("b_show") == "1")
  }

  @Test func aCounterThatCannotMoveHoldsNoImageUp() throws {
    let fixture = try AdStatFixture(.mariadb)
    fixture.addImage("a")
    fixture.shelve()
    try fixture.send("SET", "a_show", "x")
    fixture.edit(.image, .remove(withImages: false), [.code: "a"])
    let outcome = fixture.shelve()
    #expect(outcome.numbers == [0, 0, 0, 1, 1] && outcome.exitCode == 65)
    #expect(try !fixture.exists("a") && fixture.value("a_show") == "x")
  }

  @Test func aSettingIsRenewedBeforeItRunsOut() throws {
    let fixture = try AdStatFixture(at: "2026-11-20 00:00:00", .mariadb)
    fixture.addImage("a")
    fixture.shelve()
    for hour in 1...60 {
      try fixture.clock.set(to: 1_795_132_800 + hour * 3600)
      #expect(try fixture.exists("a"), "\(hour)")
      #expect(fixture.shelve().numbers == [1, 0, 1, 0, 0])
    }
  }

  @Test func afterADayWithoutARunTheShelfIsMadeWhole() throws {
    let fixture = try AdStatFixture(at: "2026-11-20 00:00:00", .mariadb)
    try fixture.fillShelf()
    fixture.shelve()
    try fixture.clock.set(to: "2026-11-22 00:00:00")
    #expect(try !fixture.exists("a"))
    fixture.setImage("c", [.downTime: "2026-11-21"])
    // The setting of c is gone, and its shelf still has it.
    #expect(fixture.shelve().numbers == [3, 3, 0, 1, 0])
    #expect(try fixture.shelf("web").keys.sorted() == ["a", "b"])
  }

  @Test(arguments: MySQLServer.available)
  func whatDoesNotBelongOnAShelfIsTakenOff(flavor: MySQLServer.Flavor) throws {
    let fixture = try AdStatFixture(flavor)
    try fixture.fillShelf()
    fixture.shelve()
    try fixture.send("HSET", "adstat:shelf:app", "c", "x", "unknown", "x", "", "x")
    try fixture.send("HSET", "adstat:shelf:web", "a", "x")
    try fixture.send("HDEL", "adstat:shelf:web", "b")
    let dry = fixture.shelve(isDryRun: true)
    let outcome = fixture.shelve()
    #expect(dry.numbers == outcome.numbers)
    #expect(outcome.numbers == [4, 3, 1, 2, 0])
    #expect(try fixture.shelf("web") == ["a": ["top": 6], "b": ["top": 3], "c": ["side": 1]])
    #expect(try fixture.shelf("app") == ["a": ["start": 2]])
  }

  @Test func anImageWithoutASettingLeavesTheShelvesThatStillHaveIt() throws {
    let fixture = try AdStatFixture(.mariadb)
    try fixture.fillShelf()
    fixture.shelve()
    fixture.setImage("a", [.downTime: "2026-11-19"])
    fixture.edit(.image, .remove(withImages: false), [.code: "c"])
    try fixture.send("DEL", "a", "c")
    for system in ["web", "app"] {
      try fixture.send("HSET", "adstat:shelf:\(system)", "unknown", "x", "x_show", "x")
    }
    // Both fields of x_show, which no image can be called; what is unknown, once.
    let dry = fixture.shelve(isDryRun: true)
    let outcome = fixture.shelve()
    #expect(dry.numbers == outcome.numbers)
    #expect(outcome.numbers == [2, 0, 2, 5, 0])
    #expect(try fixture.shelf("web").keys.sorted() == ["b"] && fixture.shelf("app").isEmpty)
  }

  @Test func aKeyOfSomebodyElseIsNamedAndLeftWhileTheOthersGoUp() throws {
    let fixture = try AdStatFixture(.mariadb)
    try fixture.fillShelf()
    try fixture.send("SET", "a", "session")
    try fixture.send("RPUSH", "b", "x")
    try fixture.query(
      """
      INSERT INTO ad_image (code, name, url, create_time, update_time)
      VALUES ('tally:adstat', '', 'u', NOW(), NOW()), ('x_show', '', 'u', NOW(), NOW())
      """)
    try fixture.send("SET", "x_show", "5")
    for _ in 1...2 {
      let outcome = fixture.shelve()
      #expect(outcome.report.rejected == 4 && outcome.exitCode == 65)
      #expect(
        fixture.observer.rejected.keys.sorted() == ["a", "b", "tally:adstat", "x_show"])
      #expect(try fixture.value("a") == "session" && fixture.value("x_show") == "5")
      #expect(try fixture.shelf("web").keys.sorted() == ["c"])
      #expect(try fixture.exists("alone"))
    }
  }

  @Test func aStyleWithNoImageLeftIsSaidWhenItBecomesSo() throws {
    let fixture = try AdStatFixture(.mariadb)
    let message = "style web side has no image left to show"
    try fixture.fillShelf()
    fixture.shelve()
    #expect(fixture.observer.warnings.isEmpty)
    fixture.setImage("c", [.downTime: "2026-11-19"])
    fixture.shelve(isDryRun: true)
    #expect(fixture.observer.warnings == [message])
    #expect(fixture.shelve().exitCode == 0)
    #expect(fixture.observer.warnings == [message, message])
    // From then on only whoever asks is told, the hourly run no more.
    fixture.rollOver()
    fixture.shelve()
    #expect(fixture.observer.warnings.count == 2)
    #expect(fixture.observer.notes.filter { $0 == message }.count == 2)
    // It has one, and loses it again.
    fixture.setImage("c", [.downTime: ""])
    fixture.shelve()
    fixture.setImage("c", [.downTime: "2026-11-19"])
    fixture.rollOver()
    #expect(fixture.observer.warnings == [message, message, message])
  }

  @Test(arguments: MySQLServer.available)
  func aDryRunTellsWhatARealOneDoesAndWritesNothing(flavor: MySQLServer.Flavor) throws {
    let fixture = try AdStatFixture(flavor)
    try fixture.fillShelf()
    #expect(fixture.shelve(isDryRun: true).numbers == [4, 4, 0, 0, 0])
    #expect(try fixture.send("DBSIZE") == .integer(0))
    fixture.shelve()
    fixture.setImage("a", [.weight: "9"])
    fixture.setImage("b", [.downTime: "2026-11-20 08:00"])
    try fixture.count("b", shows: 3)
    try fixture.send("SET", "x", "y")
    fixture.addImage("x")
    let digest = try fixture.digest()
    let tables = "CHECKSUM TABLE ad_image, ad_group, ad_style, ad_source, tally_run"
    let checksum = try fixture.query(tables)
    let dry = fixture.shelve(isDryRun: true)
    #expect(try fixture.digest() == digest)
    #expect(try fixture.query(tables) == checksum)
    let real = fixture.shelve()
    #expect(dry.numbers == real.numbers && dry.exitCode == real.exitCode)
    #expect(real.numbers == [4, 1, 2, 1, 1])
  }

  @Test func severalPagesGoUpAndOneCanBeDroppedFromThem() throws {
    let fixture = try AdStatFixture(.mariadb)
    let csv =
      "code,url,weight\n" + (0..<4500).map { "i\($0),u\($0),\($0 % 7)\n" }.joined()
      + "last,u,1\n"
    let outcome = CatalogueImport(Array(csv.utf8), as: .csv).run(in: fixture.catalogue) { _ in }
    #expect(outcome.numbers == [4501, 4501, 0, 0, 0])
    #expect(fixture.shelve().numbers == [4501, 4501, 0, 0, 0])
    fixture.edit(.image, .remove(withImages: false), [.code: "i4242"])
    #expect(fixture.shelve().numbers == [4500, 0, 4500, 1, 0])
  }

  @Test func aSignalStopsBetweenPagesAndTheNextRunDoesTheRest() throws {
    var fixture = try AdStatFixture(.mariadb)
    try fixture.fillShelf()
    fixture.context.interruption = Interruption { 15 }
    #expect(fixture.shelve().exitCode == 143)
    fixture.context.interruption = Interruption()
    #expect(fixture.shelve().failure == nil)
    #expect(try fixture.shelf("web").count == 3)
  }

  @Test func anOlderRedisIsRefused() throws {
    let fixture = try AdStatFixture(.mariadb)
    try fixture.fillShelf()
    let lineage = "0123456789abcdef0123456789abcdef"
    try fixture.send("HSET", "tally:adstat", "lineage", lineage, "mark", "3")
    try fixture.query("INSERT INTO ad_source VALUES (1, '\(lineage)', 9, 9, NOW())")
    #expect(fixture.shelve().exitCode == 76)
    #expect(try !fixture.exists("a"))
  }

  @Test func withoutAMySQLOrASchemaThereIsNoCatalogue() throws {
    var fixture = try AdStatFixture(.mariadb)
    try fixture.query("DELETE FROM tally_schema WHERE version = 3")
    #expect(fixture.shelve().exitCode == 78)
    fixture.context.mysql = nil
    #expect(fixture.shelve().exitCode == 78)
  }
}
