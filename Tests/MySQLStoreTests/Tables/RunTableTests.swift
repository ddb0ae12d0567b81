import MySQLClient
import TestServers
import Testing

@testable import MySQLStore

struct RunTableTests {
  private let row = RunRow(
    job: "adstat archive-day", startedAt: 1_795_140_000, finishedAt: 1_795_140_012,
    seconds: 12.3456, host: "etl-1", version: "1.0", exitCode: 65, found: 5, changed: 4,
    unchanged: 3, forgotten: 2, rejected: 1, message: "größer 😀 'as' expected")

  @Test(arguments: MySQLServer.available)
  func aRunIsReadBackAsItWasWritten(flavor: MySQLServer.Flavor) throws {
    let database = try MigratedDatabase(flavor)
    try RunTable.append(row, to: database.connection)
    #expect(
      try database.run("SELECT * FROM tally_run") == """
        1\tadstat archive-day\t2026-11-20 02:00:00\t2026-11-20 02:00:12\t12.345\tetl-1\t1.0\t65\
        \t5\t4\t3\t2\t1\tgrößer 😀 'as' expected
        """)
  }

  @Test(arguments: MySQLServer.available)
  func aTextLongerThanItsColumnIsCut(flavor: MySQLServer.Flavor) throws {
    let database = try MigratedDatabase(flavor)
    var long = row
    long.message = String(repeating: "😀", count: 2000)
    long.host = String(repeating: "h", count: 300)
    try RunTable.append(long, to: database.connection)
    #expect(
      try database.run("SELECT CHAR_LENGTH(message), CHAR_LENGTH(host) FROM tally_run")
        == "1024\t255")
  }

  @Test(arguments: MySQLServer.available)
  func aTimeThatMakesNoSenseIsKeptAsNoTime(flavor: MySQLServer.Flavor) throws {
    let database = try MigratedDatabase(flavor)
    for seconds in [Double.nan, -.infinity, .infinity, -1] {
      var odd = row
      odd.seconds = seconds
      #expect(RunTable.record(odd, at: database.endpoint) == nil)
    }
    #expect(try database.run("SELECT DISTINCT seconds FROM tally_run") == "0.000")
  }

  @Test(arguments: MySQLServer.available)
  func aRunThatCannotBeRecordedIsToldAndNoMore(flavor: MySQLServer.Flavor) throws {
    let database = try MigratedDatabase(flavor, migrations: [])
    #expect(RunTable.record(row, at: database.endpoint)?.code == 1146)
    var nowhere = database.endpoint
    nowhere.address = .unix(path: "/nowhere/mysql.sock")
    #expect(RunTable.record(row, at: nowhere) != nil)
  }
}
