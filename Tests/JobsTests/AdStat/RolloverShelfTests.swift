import Jobs
import MySQLClient
import Rules
import TestServers
import Testing

/// The shelf check that a rollover ends with.
struct RolloverShelfTests {
  @Test(arguments: MySQLServer.available)
  func aRolloverEndsWithTheShelfCheck(flavor: MySQLServer.Flavor) throws {
    let fixture = try AdStatFixture(at: "2026-11-20 09:20:00", flavor)
    try fixture.fillShelf()
    try fixture.count("a", shows: 7)
    // Its own numbers speak of counters alone.
    #expect(fixture.rollOver().numbers == [1, 1, 0, 1, 0])
    #expect(try fixture.shelf("web").count == 3)
    fixture.setImage("a", [.downTime: "2026-11-20 09:00"])
    try fixture.count("a", shows: 2)
    #expect(fixture.rollOver().numbers == [1, 1, 0, 1, 0])
    #expect(try fixture.hash("a_day_show_2026-11-20") == ["9": "9"])
    #expect(try fixture.shelf("web").keys.sorted() == ["b", "c"])
  }

  @Test func noShelveLeavesTheShelfAlone() throws {
    let fixture = try AdStatFixture(.mariadb)
    try fixture.fillShelf()
    let job = RolloverHour(isShelving: false)
    #expect(fixture.perform(job).exitCode == 0)
    #expect(try !fixture.exists("adstat:shelf:web"))
  }

  @Test func aDryRolloverLeavesTheShelfToo() throws {
    let fixture = try AdStatFixture(.mariadb)
    try fixture.fillShelf()
    try fixture.count("a", shows: 1)
    let digest = try fixture.digest()
    #expect(fixture.rollOver(isDryRun: true).exitCode == 0)
    #expect(try fixture.digest() == digest)
    #expect(fixture.observer.notes.contains("up: a"))
  }

  @Test func whatTheShelfRefusesMakesTheExitCode() throws {
    let fixture = try AdStatFixture(.mariadb)
    try fixture.fillShelf()
    try fixture.send("SET", "a", "session")
    try fixture.count("b", shows: 1)
    let outcome = fixture.rollOver()
    #expect(outcome.numbers == [1, 1, 0, 1, 1] && outcome.exitCode == 65)
    #expect(fixture.observer.rejected.keys.sorted() == ["a"])
  }

  @Test func withMySQLDownItIsSaidOnceThatTheShelfIsLeft() throws {
    var fixture = try AdStatFixture(.mariadb)
    try fixture.fillShelf()
    fixture.rollOver()
    fixture.setImage("a", [.weight: "9"])
    try fixture.count("a", shows: 3)
    fixture.context.mysql = try MySQLEndpoint(url: "mysql://root@localhost/x?socket=/nonexistent")
    let outcome = fixture.rollOver()
    #expect(outcome.numbers == [1, 1, 0, 1, 0] && outcome.exitCode == 0)
    #expect(fixture.observer.warnings.count == 1)
    #expect(fixture.observer.warnings.first?.contains("the shelf is left as it is") == true)
    #expect(try fixture.shelf("app")["a"] == ["start": 2])
  }

  @Test func withoutMySQLNothingIsSaidOfAShelf() throws {
    let fixture = try AdStatFixture()
    try fixture.count("a", shows: 3)
    #expect(fixture.rollOver().exitCode == 0)
    #expect(fixture.rollOver().exitCode == 0)
    #expect(fixture.observer.warnings.isEmpty)
  }

  @Test func aMySQLThatStopsAnsweringAfterTheCountersMovedIsSaid() throws {
    let fixture = try AdStatFixture(.mariadb)
    try fixture.fillShelf()
    try fixture.count("a", shows: 3)
    try fixture.query("RENAME TABLE ad_style TO elsewhere")
    let outcome = fixture.rollOver()
    #expect(outcome.numbers == [1, 1, 0, 1, 0] && outcome.exitCode == 0)
    #expect(fixture.observer.warnings.count == 1)
    #expect(fixture.observer.warnings.first?.hasPrefix("the shelf is left as it is") == true)
  }
}
