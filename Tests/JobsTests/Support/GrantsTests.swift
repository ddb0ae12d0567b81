import Foundation
import MySQLClient
import MySQLStore
import Rules
import TestServers
import Testing

@testable import Jobs

struct GrantsTests {
  /// A database with the two printed accounts, under names of their own.
  private struct Accounts {
    let server: MySQLServer
    let database: String
    let migrating: MySQLEndpoint
    let working: MySQLEndpoint

    init(_ flavor: MySQLServer.Flavor) throws {
      server = try MySQLServer.shared(flavor)
      database = try server.freshDatabase()
      let script = Migrate.printedGrants(database: database)
        .replacingOccurrences(of: "'tally_migrate'", with: "'\(database)_m'")
        .replacingOccurrences(of: "'tally'", with: "'\(database)_w'")
        .replacingOccurrences(of: "REPLACE-THIS-PASSWORD-", with: "secret-")
      try server.run(script)
      let address = MySQLEndpoint.Address.unix(path: server.socketPath)
      migrating = MySQLEndpoint(
        address: address, user: "\(database)_m", password: "secret-1", database: database)
      working = MySQLEndpoint(
        address: address, user: "\(database)_w", password: "secret-2", database: database)
    }

    func revoke(_ right: String, from account: MySQLEndpoint) throws {
      let pattern = database.replacingOccurrences(of: "_", with: "\\_")
      try server.run("REVOKE \(right) ON `\(pattern)`.* FROM '\(account.user)'@'localhost'")
    }
  }

  /// What the jobs do, in short; the merges as they are sent.
  private static let work: [SQL] = [
    """
    INSERT INTO ad_ctr (day, hour, code, epoch, show_count, click_count)
    VALUES ('2026-11-20', 9, x'41', 1, 5, 1) /*!80019 AS new */
    ON DUPLICATE KEY UPDATE
      show_count = GREATEST(ad_ctr.show_count, /*!80019 new.show_count */ /*M! VALUES(show_count) */)
    """,
    "INSERT INTO ad_source VALUES (1, 'f', 0, 0, UTC_TIMESTAMP())",
    "UPDATE ad_source SET seq = seq + 1 WHERE epoch = 1",
    "INSERT INTO cpc_day VALUES ('2026-11-20', 'hll', x'41', 14, 1, x'41', 1, 1, 1)",
    "UPDATE cpc_day SET sketch = x'42'",
    """
    INSERT INTO login_month VALUES ('2026-11-01', x'41', x'42', 2, UTC_TIMESTAMP())
      /*!80019 AS new */
    ON DUPLICATE KEY UPDATE days = login_month.days | /*!80019 new.days */ /*M! VALUES(days) */
    """,
  ]

  @Test(arguments: MySQLServer.available)
  func thePrintedRightsAreEnough(flavor: MySQLServer.Flavor) throws {
    let accounts = try Accounts(flavor)
    #expect(try !Migrate().perform(on: accounts.migrating, isDryRun: false).isEmpty)
    let migrating = try MySQLConnection(accounts.migrating)
    // Replacing a view asks for more than making it; the rest is what a later version may do.
    for migration in Migration.all { try Schema(on: migrating).apply(migration) }
    try migrating.execute(
      "ALTER TABLE ad_group ADD COLUMN later INT NOT NULL DEFAULT 0", label: "alter")
    try migrating.execute("CREATE INDEX later ON ad_group (later)", label: "index")

    let working = try MySQLConnection(accounts.working)
    try SchemaPreflight.check(TableShape.all, on: working)
    for statement in Self.work { try working.execute(statement, label: "work") }
    try RunTable.append(run, to: working)
    #expect(
      try working.rows("SELECT show_count FROM ad_ctr FOR UPDATE", label: "read back").count == 1)
    #expect(try working.rows("SELECT * FROM ad_ctr_hour", label: "read").count == 1)
    #expect(try working.rows("SELECT * FROM ad_ctr_day", label: "read").count == 1)
    #expect(try working.rows("SELECT * FROM login_month_text", label: "read").count == 1)
    #expect(try working.rows("SELECT * FROM cpc_day_text", label: "read").count == 1)
    #expect(try working.rows("SELECT GET_LOCK('t', 0)", label: "lock") == [[Array("1".utf8)]])
  }

  @Test(arguments: MySQLServer.available)
  func thePrintedRightsAreEnoughForTheCatalogue(flavor: MySQLServer.Flavor) throws {
    let accounts = try Accounts(flavor)
    _ = try Migrate().perform(on: accounts.migrating, isDryRun: false)
    let context = CatalogueContext(mysql: accounts.working, now: 0, observer: AdStatObserver())
    let file = """
      kind,code,url,group,system,position,removed
      group,,,g,,,
      image,a,u,g,,,
      style,,,g,web,top,
      """
    #expect(CatalogueImport(Array(file.utf8), as: .csv).run(in: context) { _ in }.exitCode == 0)
    let removed = CatalogueEdit.run(
      "test", [CatalogueEntry(.group, [.group: "g"])], mode: .remove(withImages: true), in: context
    ) { _ in }
    #expect(removed.exitCode == 0 && removed.report.changed == 2)
    let output = CatalogueOutput(CatalogueFilter(), in: context)
    #expect(output.export(as: .csv) { _ in }.report.found == 1)
  }

  @Test(arguments: MySQLServer.available)
  func theWorkingAccountCanTakeNothingAway(flavor: MySQLServer.Flavor) throws {
    let accounts = try Accounts(flavor)
    _ = try Migrate().perform(on: accounts.migrating, isDryRun: false)
    let working = try MySQLConnection(accounts.working)
    let harmful: [SQL] = [
      "DELETE FROM ad_ctr", "DROP TABLE ad_ctr", "TRUNCATE TABLE ad_ctr",
      "CREATE TABLE more (a INT)", "ALTER TABLE ad_ctr DROP COLUMN show_count",
    ]
    for statement in harmful {
      let error = #expect(throws: MySQLError.self) {
        try working.execute(statement, label: "harm")
      }
      #expect(error?.code == 1142)  // command denied
    }
  }

  @Test(
    arguments: MySQLServer.available,
    ["SELECT", "INSERT", "UPDATE", "CREATE", "CREATE VIEW", "DROP"])
  func migratingNeedsEachOfItsRights(flavor: MySQLServer.Flavor, right: String) throws {
    let accounts = try Accounts(flavor)
    try accounts.revoke(right, from: accounts.migrating)
    let error = #expect(throws: MySQLError.self) {
      try Migrate().perform(on: accounts.migrating, isDryRun: false)
    }
    #expect(error.map { [1142, 1143, 1370].contains($0.code) } == true)
  }

  @Test(arguments: MySQLServer.available, ["SELECT", "INSERT", "UPDATE"])
  func workNeedsEachOfItsRights(flavor: MySQLServer.Flavor, right: String) throws {
    let accounts = try Accounts(flavor)
    _ = try Migrate().perform(on: accounts.migrating, isDryRun: false)
    try accounts.revoke(right, from: accounts.working)
    let working = try MySQLConnection(accounts.working)
    let error = #expect(throws: MySQLError.self) {
      try SchemaPreflight.check(TableShape.all, on: working)
      for statement in Self.work { try working.execute(statement, label: "work") }
    }
    #expect(error.map { [1142, 1143].contains($0.code) } == true)
  }

  @Test func anOddDatabaseNameStaysOneName() {
    let grants = Migrate.printedGrants(database: "a_b%c`d")
    #expect(grants.contains("ON `a\\_b\\%c``d`.*"))
    #expect(grants.components(separatedBy: "REPLACE-THIS-PASSWORD").count == 3)
  }

  private var run: RunRow {
    RunRow(
      job: "adstat archive-day", startedAt: 0, finishedAt: 1, seconds: 1, host: "h", version: "1",
      exitCode: 0, found: 0, changed: 0, unchanged: 0, forgotten: 0, rejected: 0)
  }
}
