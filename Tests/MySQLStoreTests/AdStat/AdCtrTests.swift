import MySQLClient
import Rules
import TestServers
import Testing

@testable import MySQLStore

struct AdCtrTests {
  private static let day = CivilDay("2026-11-20")!
  /// Lives of Redis; the place of each is its epoch.
  private static let lineages = ["0", "1", "2"].map {
    Lineage(Array(String(repeating: $0, count: 32).utf8))!
  }
  private static let epochs: [Lineage: UInt16] = [lineages[1]: 1, lineages[2]: 2]

  private func hash(
    bytes code: [UInt8], _ metric: Metric = .show, epoch: Int = 1, counts: [Int: UInt64]
  ) throws -> DayHash {
    let fields = counts.map { (name: Array("\($0.key)".utf8), value: Array("\($0.value)".utf8)) }
    let lineage = Array("\(AdCtrTests.lineages[epoch])".utf8)
    return try DayHash(
      code: Code(code)!, metric: metric, day: AdCtrTests.day,
      fields: fields + [(DayHash.lineageField, lineage)])
  }

  private func hash(
    _ code: String, _ metric: Metric = .show, epoch: Int = 1, counts: [Int: UInt64]
  ) throws -> DayHash {
    try hash(bytes: Array(code.utf8), metric, epoch: epoch, counts: counts)
  }

  /// The hashes are in the order of their codes.
  private func run(_ hashes: [DayHash]) -> AdCtrRun {
    AdCtrRun(AdCtrTests.day, of: hashes, epochs: AdCtrTests.epochs)
  }

  private func merge(_ hashes: [DayHash], into table: AdCtr, by lookup: AdCtr.Lookup = .stretch)
    throws
  {
    let comparison = try table.compare(run(hashes), by: lookup)
    try table.merge(comparison, images: comparison.run.images.indices)
  }

  /// `code hour epoch` of the rows that are lacking.
  private func lacking(_ comparison: AdCtrComparison) -> [String] {
    comparison.run.images.indices.flatMap { index -> [String] in
      let image = comparison.run.images[index]
      return (0..<24).filter { comparison.lackingHours(ofImage: index) >> $0 & 1 == 1 }.map {
        "\(String(decoding: image.code.bytes, as: UTF8.self)) \($0) \(image.epoch)"
      }
    }
  }

  @Test(arguments: MySQLServer.available)
  func mergingKeepsTheLargerOfEachCount(flavor: MySQLServer.Flavor) throws {
    let database = try MigratedDatabase(flavor)
    let table = AdCtr(MySQLDatabase(database.endpoint))
    try merge([hash("a", counts: [3: 10]), hash("a", .click, counts: [3: 3])], into: table)
    // As a text, 9 is larger than 10.
    try merge(
      [hash("a", counts: [3: 9]), hash("a", .click, counts: [3: 4])], into: table, by: .codes)
    #expect(try database.run("SELECT show_count, click_count FROM ad_ctr") == "10\t4")
  }

  @Test(arguments: MySQLServer.available)
  func someImagesOfARunAreMergedAlone(flavor: MySQLServer.Flavor) throws {
    let database = try MigratedDatabase(flavor)
    let table = AdCtr(MySQLDatabase(database.endpoint))
    let comparison = try table.compare(
      run(try ["a", "b", "c"].map { try hash($0, counts: [3: 1]) }), by: .stretch)
    try table.merge(comparison, images: 1..<2)
    #expect(try database.run("SELECT code FROM ad_ctr") == "b")
  }

  /// The text of the statement holds an epoch that all rows share, and else has a place for it.
  @Test(arguments: MySQLServer.available)
  func rowsStandUnderTheEpochTheyWereCountedIn(flavor: MySQLServer.Flavor) throws {
    let database = try MigratedDatabase(flavor)
    let table = AdCtr(MySQLDatabase(database.endpoint))
    try merge(
      [hash("a", epoch: 2, counts: [3: 10]), hash("b", epoch: 2, counts: [4: 11])], into: table)
    try merge(
      [hash("c", epoch: 1, counts: [3: 12]), hash("c", epoch: 2, counts: [3: 13])], into: table)
    #expect(
      try database.run("SELECT code, hour, epoch, show_count FROM ad_ctr ORDER BY show_count")
        == "a\t3\t2\t10\nb\t4\t2\t11\nc\t3\t1\t12\nc\t3\t2\t13")
  }

  @Test(arguments: MySQLServer.available)
  func theNumberOfAnArchiveOnlyRises(flavor: MySQLServer.Flavor) throws {
    let database = try MigratedDatabase(flavor)
    let sources = AdSource(MySQLDatabase(database.endpoint))
    let lineage = AdCtrTests.lineages[1]
    _ = try sources.register(lineage)
    try sources.confirm(4, of: lineage)
    try sources.confirm(2, of: lineage)
    #expect(try sources.row(of: lineage) == AdSourceRow(epoch: 1, confirmed: 4))
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
        ('2026-11-19', 3, 'c', 1, 5, 0), ('2026-11-20', 3, 'd', 1, 9, 0),
        ('2026-11-20', 3, 'e', 1, 5, 0), ('2026-11-20', 7, 'e', 1, 0, 2)
      """)
    let table = AdCtr(MySQLDatabase(database.endpoint))
    let hashes = try [
      hash("A", counts: [3: 5]), hash("a", counts: [3: 5]), hash("a ", counts: [3: 6]),
      hash("b", epoch: 2, counts: [4: 5]),
      hash("b", .click, epoch: 2, counts: [4: 2]), hash("c", counts: [3: 5]),
      hash("d", counts: [3: 8]),
      hash("e", counts: [3: 5]), hash("e", .click, counts: [3: 0]),
    ]
    let comparison = try table.compare(run(hashes), by: lookup)
    #expect(lacking(comparison) == ["A 3 1", "a  3 1", "b 4 2", "c 3 1"])
    #expect(comparison.smallerCount == 2)
    #expect(comparison.heldCount == 3)
    let differences = hashes.map {
      comparison.difference(of: $0, epoch: AdCtrTests.epochs[$0.lineage]!)
    }
    #expect(
      differences == [.lacking, nil, .lacking, nil, .lacking, .lacking, .ahead, nil, .ahead])
  }

  @Test(arguments: 0..<24, Metric.allCases)
  func whicheverHourARowHoldsLessOfItIsLacking(hour: Int, metric: Metric) throws {
    let counted = try hash("a", metric, counts: [hour: 5])
    let code = Array("a".utf8)
    func difference(_ held: UInt64?) -> DayHashDifference? {
      var comparison = AdCtrComparison(run([counted]))
      var row = HourCount()
      if let held {
        row[metric] = held
        comparison.meet(code.span, hour: hour, epoch: 1, holding: row)
      }
      #expect(comparison.lackingHours(ofImage: 0) == (held ?? 0 < 5 ? 1 << UInt32(hour) : 0))
      return comparison.difference(of: counted, epoch: 1)
    }
    #expect(difference(nil) == .lacking)
    #expect(difference(4) == .lacking)
    #expect(difference(5) == nil)
    #expect(difference(6) == .ahead)
  }

  @Test(arguments: MySQLServer.available)
  func theLargestCountsArriveExactly(flavor: MySQLServer.Flavor) throws {
    let database = try MigratedDatabase(flavor)
    let table = AdCtr(MySQLDatabase(database.endpoint))
    let counts: [UInt64] = [1 << 53, 1 << 53 + 1, 999_999_999_999_999_999, UInt64(Int64.max)]
    let hashes = try counts.enumerated().flatMap { place, count in
      [
        try hash(bytes: [UInt8(place)], counts: [3: count]),
        try hash(bytes: [UInt8(place)], .click, counts: [3: count - 1]),
      ]
    }
    for _ in 0..<2 {
      try merge([], into: table)
      try merge(hashes, into: table)
    }
    #expect(
      try database.run("SELECT show_count, click_count FROM ad_ctr ORDER BY code")
        == counts.map { "\($0)\t\($0 - 1)" }.joined(separator: "\n"))
    #expect(try table.compare(run(hashes), by: .stretch).lackingCount == 0)
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
        try hash($0, counts: [3: 5])
      },
      epochs: AdCtrTests.epochs
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
      [try hash("a", counts: [3: 5])], epochs: AdCtrTests.epochs
    ) { differing.append($1) }
    #expect(proven.value.isEmpty && differing == [.lacking])
  }

  @Test(arguments: MySQLServer.available)
  func manyCodesAreLookedUpInSeveralStatements(flavor: MySQLServer.Flavor) throws {
    let database = try MigratedDatabase(flavor)
    let table = AdCtr(MySQLDatabase(database.endpoint))
    let codes = (1000..<2300).map { "c\($0)" }
    let held = codes.enumerated().filter { $0.offset % 3 != 0 }.map(\.element)
    try merge(try held.map { try hash($0, counts: [3: 7, 4: 7]) }, into: table, by: .codes)
    let comparison = try table.compare(
      run(try codes.map { try hash($0, counts: [3: 7, 4: 7]) }), by: .codes)
    #expect(comparison.heldCount == 2 * held.count)
    #expect(
      lacking(comparison)
        == codes.filter { !held.contains($0) }.flatMap { ["\($0) 3 1", "\($0) 4 1"] })
  }

  @Test(arguments: MySQLServer.available)
  func manyHashesAreProvenInSeveralStatements(flavor: MySQLServer.Flavor) throws {
    let database = try MigratedDatabase(flavor)
    let table = AdCtr(MySQLDatabase(database.endpoint))
    let hashes = try (1000..<2300).flatMap { number in
      [
        try hash("c\(number)", counts: [0: 1, 23: 2]),
        try hash("c\(number)", .click, counts: [0: 3]),
      ]
    }
    try merge(hashes, into: table)
    let proven = try table.prove(hashes, epochs: AdCtrTests.epochs) { hash, difference in
      Issue.record("\(hash.code) \(difference)")
    }
    #expect(proven.value == hashes)
  }

  @Test func showsAndClicksOfAnHourAreOneRow() throws {
    let run = run([
      try hash("a", epoch: 2, counts: [0: 1, 9: 2, 23: 3]),
      try hash("a", .click, epoch: 2, counts: [1: 4, 9: 5]),
      try hash("b", epoch: 2, counts: [2: 6, 3: 7]),
      try hash("b", .click, epoch: 1, counts: [2: 5]),
      try hash("c", .click, epoch: 2, counts: [4: 8]),
    ])
    #expect(run.rowCount == 4 + 2 + 1 + 1)
    let rows: [String] = run.images.flatMap { image -> [String] in
      (0..<24).filter { image.hours >> $0 & 1 == 1 }.map { hour in
        let (code, count) = (String(decoding: image.code.bytes, as: UTF8.self), image[hour])
        return "\(code) \(hour) \(image.epoch): \(count.shows) \(count.clicks)"
      }
    }
    #expect(
      rows == [
        "a 0 2: 1 0", "a 1 2: 0 4", "a 9 2: 2 5", "a 23 2: 3 0", "b 2 2: 6 0", "b 3 2: 7 0",
        "b 2 1: 0 5", "c 4 2: 0 8",
      ])
  }
}
