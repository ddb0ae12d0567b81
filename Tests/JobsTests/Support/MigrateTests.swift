import Foundation
import Jobs
import MySQLClient
import TestServers
import Testing

struct MigrateTests {
  static let versions = [
    "0000-schema", "0001-adstat", "0002-loginlog", "0003-catalogue", "0004-run",
    "0005-cpc",
  ]

  /// An empty database and where it is.
  private func emptyDatabase(
    _ flavor: MySQLServer.Flavor
  ) throws -> (server: MySQLServer, name: String, endpoint: MySQLEndpoint) {
    let server = try MySQLServer.shared(flavor)
    let name = try server.freshDatabase()
    return (server, name, try MySQLEndpoint(url: server.url(database: name)))
  }

  @Test(arguments: MySQLServer.available)
  func aSecondMigrationFindsNothingToDo(flavor: MySQLServer.Flavor) throws {
    let (server, name, endpoint) = try emptyDatabase(flavor)
    #expect(try Migrate().perform(on: endpoint, isDryRun: false) == Self.versions)
    let before = try schema(of: name, on: server)
    #expect(try Migrate().perform(on: endpoint, isDryRun: false) == [])
    #expect(try schema(of: name, on: server) == before)
  }

  @Test(arguments: MySQLServer.available)
  func ofManyMigrationsAtOnceEachStepIsDoneByOne(flavor: MySQLServer.Flavor) async throws {
    let (server, name, endpoint) = try emptyDatabase(flavor)
    let applied = try await atOnce(
      (1...4).map { _ in { try Migrate().perform(on: endpoint, isDryRun: false) } })
    #expect(applied.flatMap(\.self).sorted() == Self.versions)
    #expect(
      try server.run("SELECT COUNT(*) FROM tally_schema", database: name)
        == "\(Self.versions.count)")
  }

  @Test(arguments: MySQLServer.available)
  func aMigrationWaitsForAnotherOnlySoLong(flavor: MySQLServer.Flavor) throws {
    let (_, _, endpoint) = try emptyDatabase(flavor)
    let other = try MySQLConnection(endpoint)
    let lock: SQL =
      "SELECT GET_LOCK(CONCAT('tally migrate ', LEFT(SHA2(DATABASE(), 256), 32)), 0)"
    #expect(try other.rows(lock, label: "lock schema") == [[Array("1".utf8)]])
    let failure = #expect(throws: JobFailure.self) {
      try Migrate(lockWaitSeconds: 0).perform(on: endpoint, isDryRun: false)
    }
    #expect(failure?.reason == .tryAgain)
    withExtendedLifetime(other) {}
  }

  @Test(arguments: MySQLServer.available)
  func aDryRunSaysWhatIsMissingAndAppliesNothing(flavor: MySQLServer.Flavor) throws {
    let (server, name, endpoint) = try emptyDatabase(flavor)
    #expect(try Migrate().perform(on: endpoint, isDryRun: true) == Self.versions)
    #expect(try server.run("SHOW TABLES", database: name) == "")
    _ = try Migrate().perform(on: endpoint, isDryRun: false)
    #expect(try Migrate().perform(on: endpoint, isDryRun: true) == [])
  }

  @Test(arguments: MySQLServer.available)
  func whatIsPrintedMakesTheSameSchemaAsMigrating(flavor: MySQLServer.Flavor) throws {
    let (server, byHand, endpoint) = try emptyDatabase(flavor)
    try server.run(Migrate.printedSQL(), database: byHand)
    #expect(try Migrate().perform(on: endpoint, isDryRun: false) == [])
    let (_, byTally, other) = try emptyDatabase(flavor)
    _ = try Migrate().perform(on: other, isDryRun: false)
    let made = try schema(of: byTally, on: server)
    #expect(try schema(of: byHand, on: server) == made)
    #expect(made.contains("login_month_text") && made.contains("ad_image"))
    try server.run(Migrate.printedSQL(), database: byHand)
    #expect(try schema(of: byHand, on: server) == made)
  }

  @Test(arguments: MySQLServer.available)
  func aDatabaseNewerThanTheProgramIsLeftAlone(flavor: MySQLServer.Flavor) throws {
    let (server, name, endpoint) = try emptyDatabase(flavor)
    _ = try Migrate().perform(on: endpoint, isDryRun: false)
    try server.run(
      "INSERT INTO tally_schema VALUES (99, '0099-later', now())", database: name)
    for isDryRun in [true, false] {
      let failure = #expect(throws: JobFailure.self) {
        try Migrate().perform(on: endpoint, isDryRun: isDryRun)
      }
      #expect(failure?.reason == .configuration)
      #expect(failure?.message.contains("99") == true)
      #expect(failure?.hint != nil)
    }
  }

  @Test(arguments: MySQLServer.available)
  func aTableOfAnotherShapeInTheWayIsNamed(flavor: MySQLServer.Flavor) throws {
    let (server, name, endpoint) = try emptyDatabase(flavor)
    try server.run(
      """
      CREATE TABLE login_month (month DATE, user_type VARCHAR(32), user_id VARCHAR(128), days INT)
      """, database: name)
    let failure = #expect(throws: JobFailure.self) {
      try Migrate().perform(on: endpoint, isDryRun: false)
    }
    #expect(failure?.reason == .configuration)
    #expect(failure?.message.contains("user_id varchar(128), needed: varbinary(128)") == true)
  }

  /// How the server itself writes every table and view down, and what is recorded. Of a view it also
  /// tells the client's collation, in further columns; no expression of ours depends on it.
  private func schema(of database: String, on server: MySQLServer) throws -> String {
    let tables = try server.run("SHOW TABLES", database: database).split(separator: "\n")
    return try tables.map {
      try server.run("SHOW CREATE TABLE \($0)", database: database)
        .split(separator: "\t").prefix(2).joined(separator: "\n")
    }.joined(separator: "\n")
      + server.run("SELECT version, name FROM tally_schema ORDER BY version", database: database)
  }
}
