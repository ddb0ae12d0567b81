import MySQLClient
import Rules
import TestServers
import Testing

@testable import MySQLStore

struct AdCtrTests {
  private static let day = CivilDay("2026-11-20")!
  private static let lineage = Lineage(Array("0123456789abcdef0123456789abcdef".utf8))!

  private func key(_ code: [UInt8], hour: Int = 3, epoch: UInt16 = 1) -> AdCtrKey {
    AdCtrKey(day: AdCtrTests.day, code: Code(code)!, hour: hour, epoch: epoch)
  }

  private func run(_ entries: [(AdCtrKey, HourCount)]) -> AdCtr.Run {
    AdCtr.Run(entries.map { .init(key: $0.0, value: $0.1) })
  }

  private func hash(
    _ code: String, _ metric: Metric = .show, counts: [(hour: Int, count: UInt64)]
  ) throws -> DayHash {
    let fields = counts.map { (name: Array("\($0.hour)".utf8), value: Array("\($0.count)".utf8)) }
    return try DayHash(
      code: Code(Array(code.utf8))!, metric: metric, day: AdCtrTests.day,
      fields: fields + [(DayHash.lineageField, Array("\(AdCtrTests.lineage)".utf8))])
  }

  @Test(arguments: MySQLServer.available)
  func mergingKeepsTheLargerOfEachCount(flavor: MySQLServer.Flavor) throws {
    let database = try MigratedDatabase(flavor)
    let table = AdCtr(MySQLDatabase(database.endpoint))
    let sources = AdSource(MySQLDatabase(database.endpoint))
    _ = try sources.register(AdCtrTests.lineage)
    let first = run([(key([0x61]), HourCount(shows: 10, clicks: 3))])
    try table.merge(try table.compare(first, by: .stretch), number: 4, of: AdCtrTests.lineage)
    // As a text, 9 is larger than 10.
    let second = run([(key([0x61]), HourCount(shows: 9, clicks: 4))])
    try table.merge(try table.compare(second, by: .codes), number: 2, of: AdCtrTests.lineage)
    #expect(try database.run("SELECT show_count, click_count FROM ad_ctr") == "10\t4")
    #expect(try sources.row(of: AdCtrTests.lineage) == AdSourceRow(epoch: 1, confirmed: 4))
  }

  @Test(arguments: MySQLServer.available, [AdCtr.Lookup.stretch, .codes])
  func comparingFindsWhatIsMissingSmallerAndAhead(
    flavor: MySQLServer.Flavor, lookup: AdCtr.Lookup
  ) throws {
    let database = try MigratedDatabase(flavor)
    try database.run(
      """
      INSERT INTO ad_ctr VALUES
        ('2026-11-20', 3, 'a', 1, 5, 0), ('2026-11-20', 3, 'a ', 1, 5, 0),
        ('2026-11-20', 4, 'b', 1, 5, 1), ('2026-11-20', 4, 'b', 2, 5, 1),
        ('2026-11-19', 3, 'c', 1, 5, 0), ('2026-11-20', 3, 'd', 1, 9, 0)
      """)
    let table = AdCtr(MySQLDatabase(database.endpoint))
    let comparison = try table.compare(
      run([
        (key(Array("a".utf8)), HourCount(shows: 5)), (key(Array("A".utf8)), HourCount(shows: 5)),
        (key(Array("a ".utf8)), HourCount(shows: 6)),
        (key(Array("b".utf8), hour: 4, epoch: 2), HourCount(shows: 5, clicks: 2)),
        (key(Array("c".utf8)), HourCount(shows: 5)), (key(Array("d".utf8)), HourCount(shows: 8)),
      ]), by: lookup)
    #expect(comparison.missing.map(\.key) == [key(Array("A".utf8)), key(Array("c".utf8))])
    #expect(
      comparison.smaller.map(\.key)
        == [key(Array("a ".utf8)), key(Array("b".utf8), hour: 4, epoch: 2)])
    #expect(comparison.ahead.map(\.key) == [key(Array("d".utf8))])
    #expect(comparison.heldCount == 2)
  }

  @Test(arguments: MySQLServer.available)
  func theLargestCountsArriveExactly(flavor: MySQLServer.Flavor) throws {
    let database = try MigratedDatabase(flavor)
    let table = AdCtr(MySQLDatabase(database.endpoint))
    let counts: [UInt64] = [
      1 << 53, 1 << 53 + 1, 999_999_999_999_999_999, UInt64(Int64.max), UInt64.max,
    ]
    let entries = counts.enumerated().map {
      (key([UInt8($0.offset)]), HourCount(shows: $0.element, clicks: $0.element - 1))
    }
    for _ in 0..<2 {
      try table.merge(try table.compare(run([]), by: .stretch), number: 1, of: AdCtrTests.lineage)
      try table.merge(
        try table.compare(run(entries), by: .stretch), number: 1, of: AdCtrTests.lineage)
    }
    #expect(
      try database.run("SELECT show_count, click_count FROM ad_ctr ORDER BY code")
        == counts.map { "\($0)\t\($0 - 1)" }.joined(separator: "\n"))
    #expect(try table.compare(run(entries), by: .stretch).allHeld)
  }

  @Test(arguments: MySQLServer.available)
  func onlyWhatIsHeldExactlyIsProven(flavor: MySQLServer.Flavor) throws {
    let database = try MigratedDatabase(flavor)
    try database.run(
      """
      INSERT INTO ad_ctr VALUES
        ('2026-11-20', 3, 'ahead', 1, 6, 0), ('2026-11-20', 3, 'held', 1, 5, 77),
        ('2026-11-20', 3, 'lower', 1, 4, 0), ('2026-11-20', 3, 'Missing', 1, 5, 0),
        ('2026-11-20', 3, 'more', 1, 5, 0), ('2026-11-20', 9, 'more', 1, 1, 0),
        ('2026-11-20', 3, 'other', 2, 5, 0)
      """)
    let table = AdCtr(MySQLDatabase(database.endpoint))
    var differing: [String: DayHashDifference] = [:]
    let proven = try table.prove(
      try ["ahead", "held", "lower", "missing", "more", "other"].map {
        try hash($0, counts: [(3, 5)])
      }, epochs: [AdCtrTests.lineage: 1]
    ) { differing[String(decoding: $0.code.bytes, as: UTF8.self)] = $1 }
    #expect(proven.value.map(\.code.bytes) == [Array("held".utf8)])
    #expect(
      differing == [
        "ahead": .ahead, "lower": .lacking, "missing": .lacking, "more": .ahead,
        "other": .lacking,
      ])
  }

  /// The session that wrote it would see it.
  @Test(arguments: MySQLServer.available)
  func whatIsNotCommittedIsNotProven(flavor: MySQLServer.Flavor) throws {
    let database = MySQLDatabase(try MigratedDatabase(flavor).endpoint)
    try database.connection().execute("START TRANSACTION", label: "test")
    try database.connection().execute(
      "INSERT INTO ad_ctr VALUES ('2026-11-20', 3, 'a', 1, 5, 0)", label: "test")
    var differing: [DayHashDifference] = []
    let proven = try AdCtr(database).prove(
      [try hash("a", counts: [(3, 5)])], epochs: [AdCtrTests.lineage: 1]
    ) { differing.append($1) }
    #expect(proven.value.isEmpty && differing == [.lacking])
  }

  @Test(arguments: MySQLServer.available)
  func manyCodesAreLookedUpInSeveralStatements(flavor: MySQLServer.Flavor) throws {
    let database = try MigratedDatabase(flavor)
    let table = AdCtr(MySQLDatabase(database.endpoint))
    let entries = (1000..<2300).flatMap { number in
      [3, 4].map { (key(Array("c\(number)".utf8), hour: $0), HourCount(shows: 7)) }
    }
    let held = run(entries.enumerated().filter { $0.offset % 3 != 0 }.map(\.element))
    try table.merge(try table.compare(held, by: .codes), number: 1, of: AdCtrTests.lineage)
    let comparison = try table.compare(run(entries), by: .codes)
    #expect(comparison.heldCount == held.count)
    #expect(
      comparison.missing.map(\.key)
        == entries.enumerated().filter { $0.offset % 3 == 0 }.map(\.element.0))
  }

  @Test(arguments: MySQLServer.available)
  func manyHashesAreProvenInSeveralStatements(flavor: MySQLServer.Flavor) throws {
    let database = try MigratedDatabase(flavor)
    let table = AdCtr(MySQLDatabase(database.endpoint))
    let codes = (1000..<2300).map { "c\($0)" }
    let hashes = try codes.flatMap { code in
      [try hash(code, counts: [(0, 1), (23, 2)]), try hash(code, .click, counts: [(0, 3)])]
    }
    let entries = codes.flatMap { code in
      [
        (key(Array(code.utf8), hour: 0), HourCount(shows: 1, clicks: 3)),
        (key(Array(code.utf8), hour: 23), HourCount(shows: 2)),
      ]
    }
    try table.merge(
      try table.compare(run(entries), by: .stretch), number: 1, of: AdCtrTests.lineage)
    let proven = try table.prove(hashes, epochs: [AdCtrTests.lineage: 1]) { hash, difference in
      Issue.record("\(hash.code) \(difference)")
    }
    #expect(proven.value == hashes)
  }

  @Test func showsAndClicksOfAnHourAreOneRow() throws {
    let other = Lineage(Array("fedcba9876543210fedcba9876543210".utf8))!
    let clicks = try DayHash(
      code: Code(Array("b".utf8))!, metric: .click, day: AdCtrTests.day,
      fields: [(Array("2".utf8), Array("5".utf8)), (DayHash.lineageField, Array("\(other)".utf8))])
    let run = AdCtr.run(
      of: [
        try hash("a", counts: [(0, 1), (9, 2), (23, 3)]),
        try hash("a", .click, counts: [(1, 4), (9, 5)]),
        try hash("b", counts: [(2, 6), (3, 7)]), clicks,
        try hash("c", .click, counts: [(4, 8)]),
      ], epochs: [AdCtrTests.lineage: 2, other: 1])
    let (a, b, c) = (Array("a".utf8), Array("b".utf8), Array("c".utf8))
    #expect(
      run.entries == [
        .init(key: key(a, hour: 0, epoch: 2), value: HourCount(shows: 1)),
        .init(key: key(a, hour: 1, epoch: 2), value: HourCount(clicks: 4)),
        .init(key: key(a, hour: 9, epoch: 2), value: HourCount(shows: 2, clicks: 5)),
        .init(key: key(a, hour: 23, epoch: 2), value: HourCount(shows: 3)),
        .init(key: key(b, hour: 2, epoch: 1), value: HourCount(clicks: 5)),
        .init(key: key(b, hour: 2, epoch: 2), value: HourCount(shows: 6)),
        .init(key: key(b, hour: 3, epoch: 2), value: HourCount(shows: 7)),
        .init(key: key(c, hour: 4, epoch: 2), value: HourCount(clicks: 8)),
      ])
  }
}
