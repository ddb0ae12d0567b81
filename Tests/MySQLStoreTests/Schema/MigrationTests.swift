import Foundation
import MySQLClient
import TestServers
import Testing

@testable import MySQLStore

struct MigrationTests {
  @Test func theFilesOfTheFolderAreTheMigrations() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../../sql").standardized
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".sql") }.sorted()
    #expect(files == Migration.all.map { "\($0.name).sql" })
    for migration in Migration.all {
      let file = folder.appending(path: "\(migration.name).sql")
      #expect(try String(contentsOf: file, encoding: .utf8) == migration.text)
    }
  }

  @Test func versionsCountUpFromZeroAndStandInFrontOfTheName() {
    for (index, migration) in Migration.all.enumerated() {
      #expect(migration.version == index)
      #expect(migration.name.hasPrefix(String(format: "%04d-", index)))
    }
  }

  @Test func aFileIsSplitWhereASemicolonEndsALine() {
    let text = """
      -- why; this is a comment;
      CREATE TABLE t (
        a INT COMMENT 'x; y -- z'
      );

      -- and
      SELECT 1;
      """
    #expect(
      Migration.split(text) == [
        "CREATE TABLE t (\n  a INT COMMENT 'x; y -- z'\n)", "SELECT 1",
      ])
  }

  @Test(arguments: MySQLServer.available)
  func aMigrationThatDiedBetweenTwoStatementsIsHealedByRunningItAgain(
    flavor: MySQLServer.Flavor
  ) throws {
    let database = try MigratedDatabase(flavor, migrations: [])
    let schema = Schema(on: database.connection)
    for migration in Migration.all {
      for count in 1..<migration.statements.count {
        for statement in migration.statements.prefix(count) {
          try database.connection.execute(SQL(trusted: statement), label: "die half-way")
        }
        #expect(try !schema.appliedVersions().contains(migration.version))
      }
      try schema.apply(migration)
      #expect(try schema.appliedVersions().max() == migration.version)
    }
    for shape in TableShape.all {
      #expect(try TableCheck(on: database.connection).violations(of: shape) == [])
    }
  }

  @Test(arguments: MySQLServer.available)
  func aStatementThatFailsNamesItsMigration(flavor: MySQLServer.Flavor) throws {
    let database = try MigratedDatabase(flavor, migrations: [])
    let broken = Migration(version: 7, name: "0007-broken", text: "SELECT FROM nowhere;\n")
    let error = #expect(throws: MySQLError.self) {
      try Schema(on: database.connection).apply(broken)
    }
    #expect(error?.operation == "migrate 0007-broken")
    #expect(error?.code == 1064)
  }

  @Test(arguments: MySQLServer.available)
  func theLockIsHeldByOneForOneDatabaseAndEndsWithTheConnection(
    flavor: MySQLServer.Flavor
  ) throws {
    let server = try MySQLServer.shared(flavor)
    let name = try server.freshDatabase()
    let longName = name + String(repeating: "x", count: 64 - name.count)
    try server.run("CREATE DATABASE \(longName)")
    func connect(_ database: String) throws -> MySQLConnection {
      try MySQLConnection(MySQLEndpoint(url: server.url(database: database)))
    }
    var holder: MySQLConnection? = try connect(name)
    let second = try connect(name)
    #expect(try Schema(on: holder!).lock(waitSeconds: 0))
    #expect(try !Schema(on: second).lock(waitSeconds: 0))
    #expect(try Schema(on: connect(longName)).lock(waitSeconds: 0))
    holder = nil
    #expect(try Schema(on: second).lock(waitSeconds: 10))
  }
}
