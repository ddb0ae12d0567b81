import Jobs
import RedisClient
import Rules
import TestServers
import Testing

/// What happens when Redis is emptied, or put back to an older state.
struct LineageTests {
  @Test(arguments: MySQLServer.available)
  func countsOfTwoLivesOfTheSameHourAddUp(flavor: MySQLServer.Flavor) throws {
    let fixture = try AdStatFixture(at: "2026-11-20 09:00:05", flavor)
    try fixture.count("a", shows: 7, clicks: 1)
    fixture.rollOver()
    fixture.archive("2026-11-20")
    let first = try fixture.state("lineage")
    try fixture.send("FLUSHALL")
    try fixture.count("a", shows: 5)
    #expect(fixture.rollOver().exitCode == 0)
    #expect(try fixture.state("lineage") != first)
    try fixture.clock.set(to: "2026-11-21 02:10:00")
    #expect(fixture.archive().numbers == [1, 1, 0, 0, 0])
    #expect(try fixture.rows() == ["2026-11-20 8 a 1 7 1", "2026-11-20 8 a 2 5 0"])
    #expect(
      try fixture.query("SELECT CONCAT_WS(' ', show_count, click_count) FROM ad_ctr_hour")
        == ["12 1"])
    #expect(fixture.observer.notes.filter { $0.contains("epoch 2") }.count == 1)
    fixture.archive()
    #expect(fixture.observer.notes.filter { $0.contains("epoch") }.count == 2)
  }

  @Test func losingTheStateDoesNotCountOldHashesAgain() throws {
    let fixture = try AdStatFixture(at: "2026-11-20 09:00:05", .mariadb)
    try fixture.count("a", shows: 7)
    fixture.rollOver()
    try fixture.clock.set(to: "2026-11-21 02:10:00")
    fixture.archive()
    try fixture.send("DEL", "tally:adstat")
    try fixture.count("b", shows: 1)
    fixture.rollOver()
    #expect(fixture.archive().numbers == [1, 0, 1, 0, 0])
    try fixture.clock.set(to: "2026-11-22 02:10:00")
    #expect(fixture.archive(keepDays: 0).numbers == [2, 1, 1, 2, 0])
    #expect(try fixture.rows() == ["2026-11-20 8 a 1 7 0", "2026-11-21 1 b 2 1 0"])
  }

  @Test(arguments: MySQLServer.available)
  func aRedisOlderThanAnArchiveIsRefusedAndNothingMoves(flavor: MySQLServer.Flavor) throws {
    let fixture = try AdStatFixture(at: "2026-11-20 09:00:05", flavor)
    fixture.rollOver()
    try fixture.count("a", shows: 7)
    try fixture.send("SAVE")
    fixture.rollOver()
    try fixture.clock.set(to: "2026-11-21 02:10:00")
    fixture.archive(keepDays: 0)
    #expect(try fixture.rows() == ["2026-11-20 8 a 1 7 0"])

    fixture.server.kill()
    try fixture.server.restart()
    #expect(try fixture.value("a_show") == "7")
    let digest = try fixture.digest()
    let checksum = try fixture.query("CHECKSUM TABLE ad_ctr, ad_source")
    for outcome in [
      fixture.rollOver(), fixture.rollOver(hour: "2026-11-21T01"), fixture.archive(),
      fixture.rollOver(isDryRun: true), fixture.archive(isDryRun: true),
    ] {
      #expect(outcome.exitCode == 76)
      #expect(outcome.numbers == [0, 0, 0, 0, 0])
    }
    #expect(try fixture.digest() == digest)
    #expect(try fixture.query("CHECKSUM TABLE ad_ctr, ad_source") == checksum)

    // A person chose to go on with what this Redis holds.
    try fixture.send("HDEL", "tally:adstat", "lineage", "mark")
    #expect(fixture.rollOver().exitCode == 0)
    #expect(fixture.archive().exitCode == 0)
  }

  @Test func aSnapshotTakenAfterTheArchiveIsAccepted() throws {
    let fixture = try AdStatFixture(at: "2026-11-20 09:00:05", .mariadb)
    try fixture.count("a", shows: 7)
    fixture.rollOver()
    try fixture.clock.set(to: "2026-11-21 02:10:00")
    fixture.archive()
    try fixture.send("SAVE")
    fixture.server.kill()
    try fixture.server.restart()
    #expect(fixture.rollOver().exitCode == 0)
    #expect(fixture.archive().numbers == [1, 0, 1, 0, 0])
  }
}
