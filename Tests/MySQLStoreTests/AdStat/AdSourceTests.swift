import MySQLClient
import Rules
import TestServers
import Testing

@testable import MySQLStore

struct AdSourceTests {
  private func lineage() -> Lineage {
    var random = SystemRandomNumberGenerator()
    return Lineage(using: &random)
  }

  @Test(arguments: MySQLServer.available)
  func eachLifeGetsAnEpochOfItsOwnOnce(flavor: MySQLServer.Flavor) throws {
    let database = try MigratedDatabase(flavor)
    let sources = AdSource(MySQLDatabase(database.endpoint))
    let (first, second) = (lineage(), lineage())
    #expect(try sources.row(of: first) == nil)
    for (lineage, epoch, isNew) in [
      (first, 1, true), (first, 1, false), (second, 2, true), (first, 1, false),
    ] as [(Lineage, UInt16, Bool)] {
      let registered = try sources.register(lineage)
      #expect(registered.row == AdSourceRow(epoch: epoch, confirmed: 0))
      #expect(registered.isNew == isNew)
    }
  }

  @Test(arguments: MySQLServer.available)
  func manyThatRegisterAtOnceGetDifferentEpochs(flavor: MySQLServer.Flavor) async throws {
    let database = try MigratedDatabase(flavor)
    let endpoint = database.endpoint
    let lineages = (0..<8).map { _ in lineage() }
    // Each life twice.
    let epochs = try await atOnce(
      (lineages + lineages).map { lineage in
        { try AdSource(MySQLDatabase(endpoint)).register(lineage).row.epoch }
      })
    #expect(epochs.sorted() == (1...8).flatMap { [$0, $0] })
  }

  @Test(arguments: MySQLServer.available)
  func numbersPassEverythingThatEitherSideRemembers(flavor: MySQLServer.Flavor) throws {
    let database = try MigratedDatabase(flavor)
    let sources = AdSource(MySQLDatabase(database.endpoint))
    let own = lineage()
    _ = try sources.register(own)
    #expect(try sources.nextNumber(of: own, after: 0) == 1)
    #expect(try sources.nextNumber(of: own, after: 0) == 2)
    #expect(try sources.nextNumber(of: own, after: 41) == 42)
    #expect(try sources.nextNumber(of: own, after: 7) == 43)
    #expect(throws: MySQLError.self) { try sources.nextNumber(of: lineage(), after: 0) }
  }

  @Test(arguments: MySQLServer.available)
  func theCatalogueHandsOverItsCodesPageByPage(flavor: MySQLServer.Flavor) throws {
    let database = try MigratedDatabase(flavor)
    let codes = ["A", "a", "a ", "ä", "b", "z"]
    for code in codes {
      try database.run(
        """
        INSERT INTO ad_image (code, name, url, create_time, update_time)
        VALUES ('\(code)', 'n', 'u', NOW(), NOW())
        """)
    }
    var pages: [[Code]] = []
    try AdImage(MySQLDatabase(database.endpoint)).walkCodes(pageSize: 2) { pages.append($0) }
    #expect(pages.map(\.count) == [2, 2, 2])
    #expect(pages.flatMap { $0 } == codes.map { Code(Array($0.utf8))! }.sorted())
  }
}
