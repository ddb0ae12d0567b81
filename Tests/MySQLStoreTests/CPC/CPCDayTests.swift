import MySQLClient
import Rules
import Sketches
import TestServers
import Testing

@testable import MySQLStore

struct CPCDayTests {
  private static let day = CivilDay("2026-11-20")!

  private func table(_ database: MigratedDatabase) -> CPCDay {
    CPCDay(MySQLDatabase(database.endpoint))
  }

  private func sketch(_ name: String, _ items: Range<Int>, lgK: Int = 12) throws -> DaySketch {
    var sketch = try CPCSketch(lgK: lgK)
    for item in items { sketch.update("u\(item)") }
    return DaySketch(
      name: DaySketchName(
        day: Self.day, kind: .cpc, name: try #require(Code(Array(name.utf8)))),
      bytes: sketch.serialized())
  }

  /// `kind name lg_k` and the estimate, rounded, of each row.
  private func rows(_ database: MigratedDatabase) throws -> [String] {
    try database.run(
      """
      SELECT CONCAT_WS(' ', day, kind, name, lg_k, seed, ROUND(estimate)) FROM cpc_day
      ORDER BY day, kind, name, lg_k
      """
    ).split(separator: "\n").map(String.init)
  }

  @Test(arguments: MySQLServer.available)
  func whatIsLackingIsMergedOnceAndThenHeld(flavor: MySQLServer.Flavor) throws {
    let database = try MigratedDatabase(flavor)
    let table = table(database)
    let hll = DaySketch(
      name: DaySketchName(day: Self.day, kind: .hll, name: Code(Array("a".utf8))!),
      bytes: Array("HYLL".utf8) + [1, 0, 0, 0] + [UInt8](repeating: 0, count: 8)
        + [0x80, 0x7F, 0xFE])
    let sketches = [try sketch("a", 0..<1000), try sketch("A", 0..<3), hll]
    #expect(try table.compare(sketches).lacking.count == 3)
    #expect(try table.merge(sketches).changedCount == 3)
    #expect(try table.compare(sketches).heldCount == 3)
    #expect(
      try rows(database) == [
        "2026-11-20 cpc A 12 9001 3", "2026-11-20 cpc a 12 9001 993",
        "2026-11-20 hll a 14 2915580697 1",
      ])
    // Exactly the bytes, and exactly the number.
    let held = try database.connection.rows(
      "SELECT sketch FROM cpc_day WHERE name = x'61' AND kind = 'cpc'", label: "test")
    #expect(held == [[sketches[0].bytes]])
    let estimate = try CPCSketch(serialized: sketches[0].bytes).estimate
    #expect(
      try database.run(
        "SELECT COUNT(*) FROM cpc_day WHERE estimate = \(estimate) AND lower_bound < estimate")
        == "1")
    #expect(
      try database.run("SELECT name, estimate, byte_count > 8 FROM cpc_day_text WHERE kind = 'hll'")
        == "a\t1\t1")
  }

  @Test(arguments: MySQLServer.available)
  func aRowIsRaisedToTheUnionAndNeverLowered(flavor: MySQLServer.Flavor) throws {
    let database = try MigratedDatabase(flavor)
    let table = table(database)
    let (morning, day, other) = (
      try sketch("a", 0..<1000), try sketch("a", 0..<5000), try sketch("a", 4000..<9000)
    )
    #expect(try table.merge([morning]).changedCount == 1)
    #expect(try table.merge([day]).changedCount == 1)
    // The day saw all that the morning had, so that it stands as it is, with its account.
    let image: SQL = "SELECT sketch FROM cpc_day"
    #expect(try database.connection.rows(image, label: "test") == [[day.bytes]])
    #expect(try table.compare([morning]).heldCount == 1)
    #expect(try table.merge([morning]).changedCount == 0)
    #expect(try database.connection.rows(image, label: "test") == [[day.bytes]])
    #expect(try table.merge([other]).changedCount == 1)
    #expect(try table.compare([morning]).heldCount == 1)
    #expect(try table.compare([day]).heldCount == 1)
    #expect(try table.compare([other]).heldCount == 1)
    let union = try #require(try database.connection.rows(image, label: "test").first?.first ?? nil)
    #expect(abs(try CPCSketch(serialized: union).estimate / 9000 - 1) < 0.05)
    #expect(try table.merge([other]).changedCount == 0)
    #expect(try database.connection.rows(image, label: "test") == [[union]])
  }

  /// Folded into a coarser one, the finer sketch would lose what it knows better.
  @Test(arguments: MySQLServer.available)
  func sketchesOfAnotherSizeHaveRowsOfTheirOwn(flavor: MySQLServer.Flavor) throws {
    let database = try MigratedDatabase(flavor)
    let table = table(database)
    let sketches = [try sketch("a", 0..<100), try sketch("a", 0..<100, lgK: 11)]
    for sketch in sketches { _ = try table.merge([sketch]) }
    for sketch in sketches { #expect(try table.compare([sketch]).heldCount == 1) }
    #expect(
      try rows(database) == ["2026-11-20 cpc a 11 9001 99", "2026-11-20 cpc a 12 9001 98"])
  }

  @Test(arguments: MySQLServer.available)
  func onlyWhatIsReadBackIsProven(flavor: MySQLServer.Flavor) throws {
    let database = try MigratedDatabase(flavor)
    let table = table(database)
    let sketches = try ["a", "b", "c", "d"].map { try sketch($0, 0..<100) }
    let empty = DaySketch(
      name: DaySketchName(day: Self.day, kind: .cpc, name: Code(Array("e".utf8))!),
      bytes: try CPCSketch(lgK: 12).serialized())
    _ = try table.merge(Array(sketches[..<3]))
    let less = try sketch("b", 0..<99)
    try database.run(
      "UPDATE cpc_day SET sketch = x'\(hex(less.bytes))' WHERE name = 'b'; "
        + "UPDATE cpc_day SET sketch = 'x' WHERE name = 'c'")
    var lacking: [DaySketch] = []
    let proven = try table.prove(sketches + [empty]) { lacking.append($0) }
    #expect(proven.value == [sketches[0], empty])
    #expect(lacking == Array(sketches[1...]))
  }

  @Test(arguments: MySQLServer.available)
  func whatIsNoSketchOrLiesBesideADamagedRowIsNamedAndNothingOverwritten(
    flavor: MySQLServer.Flavor
  ) throws {
    let database = try MigratedDatabase(flavor)
    let table = table(database)
    let (good, damaged) = (try sketch("good", 0..<9), try sketch("damaged", 0..<9))
    _ = try table.merge([damaged])
    try database.run("UPDATE cpc_day SET sketch = 'x'")
    var cut = try sketch("cut", 0..<9)
    cut = DaySketch(name: cut.name, bytes: cut.bytes.dropLast())
    var seeded = try CPCSketch(lgK: 12, seed: 7)
    seeded.update("u")
    let foreign = DaySketch(
      name: DaySketchName(day: Self.day, kind: .cpc, name: Code(Array("seed".utf8))!),
      bytes: seeded.serialized())
    let comparison = try table.compare([good, cut, foreign, damaged])
    #expect(comparison.lacking == [good])
    #expect(comparison.unusable.map(\.sketch) == [cut, foreign, damaged])
    #expect(comparison.unusable[0].reason.contains("bytes, not"))
    #expect(comparison.unusable[1].reason.contains("another seed"))
    #expect(comparison.unusable[2].reason.contains("cpc_day is damaged"))
    #expect(try table.merge([damaged]).changedCount == 0)
    #expect(try database.run("SELECT sketch FROM cpc_day") == "x")
  }

  @Test(arguments: MySQLServer.available)
  func manyRowsFitSmallPackets(flavor: MySQLServer.Flavor) throws {
    let server = try MySQLServer(flavor, configuration: ["max_allowed_packet=64K"])
    let database = try MigratedDatabase(flavor, server: server)
    let table = table(database)
    let long = String(repeating: "n", count: 120)
    var sketches = try (0..<300).map { try sketch("\(long)\($0)", 0..<100 + $0) }
    sketches.append(try sketch("large", 0..<200_000, lgK: 18))
    let comparison = try table.compare(sketches)
    #expect(comparison.unusable.map(\.sketch) == [sketches[300]])
    #expect(comparison.unusable.first?.reason.contains("max_allowed_packet") == true)
    #expect(try table.merge(comparison.lacking).changedCount == 300)
    #expect(try table.compare(comparison.lacking).heldCount == 300)
  }

  /// Each has some items that no other has; whoever comes second merges into what the first one wrote.
  @Test(arguments: MySQLServer.available)
  func writersAtOnceLoseNothingOfEachOther(flavor: MySQLServer.Flavor) async throws {
    let database = try MigratedDatabase(flavor)
    let endpoint = database.endpoint
    let writers = try (0..<4).map { writer in
      try (0..<8).map { try sketch("\($0)", writer * 500..<writer * 500 + 700) }
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for sketches in writers {
        group.addTask {
          let table = CPCDay(MySQLDatabase(endpoint))
          for sketch in sketches.shuffled() { _ = try table.merge([sketch]) }
        }
      }
      try await group.waitForAll()
    }
    for sketches in writers { #expect(try table(database).compare(sketches).heldCount == 8) }
    #expect(try rows(database).count == 8)
  }
}
