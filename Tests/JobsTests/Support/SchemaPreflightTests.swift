import MySQLClient
import MySQLStore
import TestServers
import Testing

@testable import Jobs

struct SchemaPreflightTests {
  /// A database of its own, with a connection that cannot write: looking must not need it, because a
  /// dry run looks too.
  private struct Database {
    let server: MySQLServer
    let name: String
    let connection: MySQLConnection

    init(_ flavor: MySQLServer.Flavor, isMigrated: Bool = true) throws {
      server = try MySQLServer.shared(flavor)
      name = try server.freshDatabase()
      let endpoint = try MySQLEndpoint(url: server.url(database: name))
      if isMigrated { _ = try Migrate().perform(on: endpoint, isDryRun: false) }
      var settings = MySQLSessionSettings()
      settings.access = .readOnly
      connection = try MySQLConnection(endpoint, settings: settings)
    }

    func change(_ sql: String) throws { try server.run(sql, database: name) }

    func refusal(of tables: [TableShape]) -> JobFailure? {
      #expect(throws: JobFailure.self) { try SchemaPreflight.check(tables, on: connection) }
    }
  }

  @Test(arguments: MySQLServer.available)
  func aMigratedDatabaseIsFitForEveryJob(flavor: MySQLServer.Flavor) throws {
    try SchemaPreflight.check(TableShape.all, on: Database(flavor).connection)
  }

  @Test(arguments: MySQLServer.available)
  func aDatabaseWithoutSchemaAsksForMigrate(flavor: MySQLServer.Flavor) throws {
    let refusal = try Database(flavor, isMigrated: false).refusal(of: [.adCtr])
    #expect(
      refusal
        == JobFailure(
          .configuration, "the database has no schema", hint: "Run `tally migrate`."))
  }

  @Test(arguments: MySQLServer.available)
  func anOlderSchemaAsksForMigrate(flavor: MySQLServer.Flavor) throws {
    let database = try Database(flavor)
    try database.change("DELETE FROM tally_schema WHERE version >= 3")
    #expect(
      database.refusal(of: [.adCtr])
        == JobFailure(
          .configuration, "the database's schema lacks 0003-catalogue",
          hint: "Run `tally migrate`."))
  }

  @Test(arguments: MySQLServer.available)
  func aNewerSchemaAsksForANewerProgram(flavor: MySQLServer.Flavor) throws {
    let database = try Database(flavor)
    try database.change("INSERT INTO tally_schema VALUES (99, '0099-later', now())")
    let refusal = database.refusal(of: [.adCtr])
    #expect(refusal?.reason == .configuration)
    #expect(refusal?.message.contains("version 99") == true)
  }

  @Test(arguments: MySQLServer.available)
  func everyFaultOfEveryTableIsNamed(flavor: MySQLServer.Flavor) throws {
    let database = try Database(flavor)
    try database.change(
      "ALTER TABLE ad_ctr ENGINE=MyISAM; ALTER TABLE ad_source MODIFY seq BIGINT UNSIGNED NULL")
    let refusal = database.refusal(of: [.adCtr, .adSource])
    #expect(refusal?.reason == .configuration)
    #expect(
      refusal?.message
        == "table ad_ctr: engine MyISAM, needed: InnoDB; "
        + "table ad_source: column seq may be NULL, needed: NOT NULL")
  }

  @Test(arguments: MySQLServer.available)
  func aTableThatTheJobDoesNotWriteIsNotItsConcern(flavor: MySQLServer.Flavor) throws {
    let database = try Database(flavor)
    try database.change("ALTER TABLE ad_ctr ENGINE=MyISAM")
    try SchemaPreflight.check([.loginMonth], on: database.connection)
  }
}
