import MySQLClient
import Rules
import TestServers
import Testing

@testable import MySQLStore

struct LoginMonthTests {
  private let november = Month("2026-11")!

  private func table(of database: MigratedDatabase) -> LoginMonth {
    LoginMonth(MySQLDatabase(database.endpoint))
  }

  private func run(_ logins: [(id: [UInt8], bitmap: [UInt8])], type: String = "app") throws
    -> LoginRun
  {
    LoginRun(
      try logins.map { login in
        .init(
          key: UserMonth(
            month: november,
            user: try #require(UserKey(type: Array(type.utf8), id: login.id))),
          value: try LoginBitmap(bytes: login.bitmap, of: november))
      })
  }

  @Test(arguments: MySQLServer.available)
  func whatIsMissingOrSmallerIsLackingAndWhatIsHeldIsNot(flavor: MySQLServer.Flavor) throws {
    let database = try MigratedDatabase(flavor)
    let table = table(of: database)
    _ = try database.run(
      "INSERT INTO login_month VALUES ('2026-11-01', 'app', 'a', 2, NOW()),"
        + " ('2026-11-01', 'app', 'b', 6, NOW()), ('2026-11-01', 'app', 'c', 4, NOW()),"
        + " ('2026-10-01', 'app', 'd', 2, NOW()), ('2026-11-01', 'web', 'd', 2, NOW())")
    let run = try run(["a", "b", "c", "d"].map { (Array($0.utf8), [0x40]) })
    #expect(try table.lacking(of: run).map { run[$0].key.user.id } == [[0x63], [0x64]])
  }

  /// More rows between the first and the last id than are read in passing: the rest is looked up.
  @Test(arguments: MySQLServer.available)
  func aTableMuchLargerThanTheRunIsComparedExactly(flavor: MySQLServer.Flavor) throws {
    let database = try MigratedDatabase(flavor)
    let table = table(of: database)
    let filling = try run((0..<9000).map { (Array("\($0)".utf8), [0x40]) })
    try table.merge(try table.lacking(of: filling), of: filling)
    let smaller = (0..<690).map { number in
      (Array("\(number * 13)".utf8), [number % 7 == 0 ? 0x60 : 0x40] as [UInt8])
    }
    let missing = (0..<5).map { (Array("\(1000 * $0 + 500)x".utf8), [0x40] as [UInt8]) }
    let run = try run(smaller + missing)
    let expected = run.indices.filter {
      run.days($0).bits == 6 || run[$0].key.user.id.last == UInt8(ascii: "x")
    }
    #expect(expected.count == 104 && run.count == 695)
    #expect(try table.lacking(of: run) == expected)
  }

  @Test(arguments: MySQLServer.available)
  func whatWasMergedIsProvenAndNeedsNoSecondMerge(flavor: MySQLServer.Flavor) throws {
    let database = try MigratedDatabase(flavor)
    let table = table(of: database)
    var ids: [[UInt8]] = (0..<2500).map { Array("\($0)".utf8) }
    ids += [[0], [0, 0], [0x61], [0x61, 0], [0x61, 0x20], [0x41], [0xFF], [0x27], [0x5C]]
    ids.append([UInt8](repeating: 0xFF, count: 128))
    let run = try run(ids.map { ($0, [0x40, 0, 0, 2]) })
    try table.merge(try table.lacking(of: run), of: run, rowsPerTransaction: 1000)
    #expect(try database.run("SELECT COUNT(*) FROM login_month") == "\(ids.count)")
    #expect(try table.lacking(of: run).isEmpty)
    #expect(try provenCount(run, in: table) == ids.count)
  }

  @Test(arguments: MySQLServer.available)
  func aRowThatLacksADayGivesNoReceipt(flavor: MySQLServer.Flavor) throws {
    let database = try MigratedDatabase(flavor)
    let table = table(of: database)
    let run = try run([([0x61], [0x60]), ([0x62], [0x40])])
    try table.merge(try table.lacking(of: run), of: run)
    _ = try database.run("UPDATE login_month SET days = 2 WHERE user_id = 'a'")
    #expect(try provenCount(run, in: table) == nil)
    _ = try database.run("UPDATE login_month SET days = 6 WHERE user_id = 'a'")
    #expect(try provenCount(run, in: table) == 2)
    _ = try database.run("DELETE FROM login_month WHERE user_id = 'b'")
    #expect(try provenCount(run, in: table) == nil)
  }

  /// The session that wrote it would see it.
  @Test(arguments: MySQLServer.available)
  func whatIsNotCommittedGivesNoReceipt(flavor: MySQLServer.Flavor) throws {
    let database = MySQLDatabase(try MigratedDatabase(flavor).endpoint)
    try database.connection().execute("START TRANSACTION", label: "test")
    try database.connection().execute(
      "INSERT INTO login_month VALUES ('2026-11-01', 'app', 'a', 2, NOW())", label: "test")
    let run = try run([([0x61], [0x40])])
    #expect(try LoginMonth(database).lacking(of: run) == [])
    #expect(try provenCount(run, in: LoginMonth(database)) == nil)
  }

  @Test(arguments: MySQLServer.available)
  func aRowThatGrewMeanwhileKeepsItsDays(flavor: MySQLServer.Flavor) throws {
    let database = try MigratedDatabase(flavor)
    let table = table(of: database)
    let run = try run([([0x61], [0x40])])
    let lacking = try table.lacking(of: run)
    _ = try database.run("INSERT INTO login_month VALUES ('2026-11-01', 'app', 'a', 8, NOW())")
    try table.merge(lacking, of: run)
    #expect(try database.run("SELECT days FROM login_month") == "10")
  }

  @Test(arguments: MySQLServer.available)
  func theTimeOfTheMergeIsNotedInUTC(flavor: MySQLServer.Flavor) throws {
    let database = try MigratedDatabase(flavor)
    let table = table(of: database)
    let run = try run([([0x61], [0x40])])
    try table.merge(try table.lacking(of: run), of: run)
    #expect(
      try database.run(
        "SELECT ABS(TIMESTAMPDIFF(SECOND, synced_at, UTC_TIMESTAMP())) < 60 FROM login_month")
        == "1")
  }

  @Test(arguments: MySQLServer.available)
  func aSmallPacketMakesSmallerStatements(flavor: MySQLServer.Flavor) throws {
    let server = try MySQLServer(flavor, configuration: ["max_allowed_packet=65536"])
    let database = try MigratedDatabase(flavor, server: server)
    let table = table(of: database)
    let run = try run(
      (0..<1500).map { number in
        ([UInt8](repeating: 0x78, count: 120) + Array("\(number)".utf8), [0x40])
      })
    try table.merge(try table.lacking(of: run), of: run)
    #expect(try provenCount(run, in: table) == 1500)
  }

  @Test(arguments: MySQLServer.available)
  func fewBitmapsReadFewRowsOfALargeTable(flavor: MySQLServer.Flavor) throws {
    let database = try MigratedDatabase(flavor)
    let table = table(of: database)
    let filling = try run((0..<5000).map { (Array("\($0)".utf8), [0x40]) })
    try table.merge(try table.lacking(of: filling), of: filling)
    let three = try run(["17", "1700", "4999"].map { (Array($0.utf8), [0x40]) })
    let connected = MySQLDatabase(database.endpoint)
    let before = try handlerReads(try connected.connection())
    #expect(try LoginMonth(connected).lacking(of: three).isEmpty)
    // Some rows in passing, three look-ups, but no 5000 rows.
    #expect(try handlerReads(try connected.connection()) - before < 100)
  }

  /// How many bitmaps the receipt is for; nil where there is none. A receipt cannot be copied into an
  /// expectation.
  private func provenCount(_ run: LoginRun, in table: LoginMonth) throws -> Int? {
    guard let receipt = try table.prove(run) else { return nil }
    return receipt.value.count
  }

  private func handlerReads(_ connection: MySQLConnection) throws -> Int {
    let rows = try connection.rows("SHOW SESSION STATUS LIKE 'Handler_read%'", label: "count reads")
    return rows.compactMap { $0[1].flatMap { Int(String(decoding: $0, as: UTF8.self)) } }
      .reduce(0, +)
  }
}
