import MySQLClient
import TestServers
import Testing

@testable import MySQLStore

struct TableCheckTests {
  /// A table made wrong in one way, and how that is told.
  struct Fault: Sendable, CustomTestStringConvertible {
    let sql: String
    let told: String
    var shape = TableShape.adCtr

    var testDescription: String { told }
  }

  static let faults = [
    Fault(
      sql: "ALTER TABLE ad_ctr ENGINE = MyISAM",
      told: "table ad_ctr: engine MyISAM, needed: InnoDB"),
    Fault(
      sql: "CREATE TRIGGER halve BEFORE INSERT ON ad_ctr FOR EACH ROW SET NEW.show_count = 1",
      told: "table ad_ctr: trigger halve, needed: no trigger"),
    Fault(
      sql: "ALTER TABLE ad_ctr ADD UNIQUE KEY again (code, day)",
      told: "table ad_ctr: unique key again (code, day), needed: no such unique key"),
    Fault(
      sql: "ALTER TABLE ad_ctr MODIFY show_count BIGINT UNSIGNED NULL",
      told: "table ad_ctr: column show_count may be NULL, needed: NOT NULL"),
    Fault(
      sql: "ALTER TABLE ad_ctr MODIFY click_count INT UNSIGNED NOT NULL",
      told: "table ad_ctr: column click_count int unsigned, needed: bigint unsigned"),
    Fault(
      sql: "ALTER TABLE ad_ctr MODIFY click_count BIGINT NOT NULL",
      told: "table ad_ctr: column click_count bigint, needed: bigint unsigned"),
    Fault(
      sql: """
        ALTER TABLE ad_ctr MODIFY code VARCHAR(128) CHARACTER SET utf8mb4
          COLLATE utf8mb4_general_ci NOT NULL
        """,
      told: "table ad_ctr: column code varchar(128), needed: varbinary(128)"),
    Fault(
      sql: "ALTER TABLE ad_ctr MODIFY code VARBINARY(64) NOT NULL",
      told: "table ad_ctr: column code varbinary(64), needed: varbinary(128)"),
    Fault(
      sql: "ALTER TABLE ad_ctr DROP COLUMN click_count",
      told: "table ad_ctr: no column click_count, needed: bigint unsigned"),
    Fault(
      sql: """
        ALTER TABLE ad_ctr DROP COLUMN click_count,
          ADD COLUMN click_count BIGINT UNSIGNED GENERATED ALWAYS AS (show_count) STORED
        """,
      told: "table ad_ctr: column click_count is generated, needed: a plain column"),
    Fault(
      sql: "ALTER TABLE cpc_day MODIFY sketch BLOB NOT NULL",
      told: "table cpc_day: column sketch blob, needed: mediumblob", shape: .cpcDay),
    Fault(
      sql: "ALTER TABLE cpc_day DROP PRIMARY KEY, ADD PRIMARY KEY (day, kind, name)",
      told: "table cpc_day: primary key (day, kind, name), "
        + "needed: primary key (day, kind, name, lg_k, seed)", shape: .cpcDay),
    Fault(
      sql: "ALTER TABLE ad_ctr DROP PRIMARY KEY",
      told: "table ad_ctr: no primary key, needed: primary key (day, code, hour, epoch)"),
    Fault(
      sql: "ALTER TABLE ad_ctr DROP PRIMARY KEY, ADD PRIMARY KEY (day, code(8), hour, epoch)",
      told: "table ad_ctr: primary key (day, code(8), hour, epoch), "
        + "needed: primary key (day, code, hour, epoch)"),
    Fault(
      sql: "RENAME TABLE ad_ctr TO counts; CREATE VIEW ad_ctr AS SELECT * FROM counts",
      told: "table ad_ctr: view, needed: a table"),
    Fault(sql: "DROP TABLE ad_ctr", told: "table ad_ctr: no such table, needed: a table"),
    Fault(
      sql: "ALTER TABLE ad_source DROP KEY ad_source_lineage",
      told: "table ad_source: no unique key (lineage), needed: unique key (lineage)",
      shape: .adSource),
    Fault(
      sql: "ALTER TABLE login_month MODIFY days SMALLINT UNSIGNED NOT NULL",
      told: "table login_month: column days smallint unsigned, needed: int unsigned",
      shape: .loginMonth),
  ]

  @Test(arguments: MySQLServer.available)
  func theTablesOfTheSchemaHaveExactlyTheirShapes(flavor: MySQLServer.Flavor) throws {
    let database = try MigratedDatabase(flavor)
    for shape in TableShape.all {
      let facts = try #require(try TableFacts.read(shape.name, on: database.connection))
      #expect(shape.violations(in: facts) == [])
      #expect(facts.columns.map(\.name) == shape.columns.map(\.name))
    }
  }

  @Test(arguments: MySQLServer.available, faults)
  func aTableMadeWrongIsRefusedAndTheFaultNamed(flavor: MySQLServer.Flavor, fault: Fault) throws {
    let database = try MigratedDatabase(flavor)
    try database.run(fault.sql)
    let told = try TableCheck(on: database.connection).violations(of: fault.shape)
    #expect(told.map(\.description).contains(fault.told))
  }

  @Test(arguments: MySQLServer.available)
  func everyFaultOfATableIsNamedAtOnce(flavor: MySQLServer.Flavor) throws {
    let database = try MigratedDatabase(flavor)
    try database.run(
      "ALTER TABLE ad_ctr MODIFY show_count INT NULL, ADD UNIQUE KEY (click_count), ENGINE=MyISAM")
    #expect(try TableCheck(on: database.connection).violations(of: .adCtr).count == 4)
  }

  @Test(arguments: MySQLServer.available)
  func aColumnThatALaterSchemaAddedIsLetBe(flavor: MySQLServer.Flavor) throws {
    let database = try MigratedDatabase(flavor)
    try database.run("ALTER TABLE ad_ctr ADD COLUMN seen_count BIGINT UNSIGNED NOT NULL DEFAULT 0")
    #expect(try TableCheck(on: database.connection).violations(of: .adCtr) == [])
  }

  /// MariaDB has no such keys.
  @Test(arguments: MySQLServer.available.filter { $0 == .mysql })
  func aUniqueKeyOfAnExpressionIsRefused(flavor: MySQLServer.Flavor) throws {
    let database = try MigratedDatabase(flavor)
    try database.run("ALTER TABLE ad_ctr ADD UNIQUE KEY odd ((show_count + 1))")
    #expect(
      try TableCheck(on: database.connection).violations(of: .adCtr).map(\.found)
        == ["unique key odd (an expression)"])
  }

  @Test(
    arguments: zip(
      ["int(10) unsigned", "bigint(20)", "tinyint(3) unsigned", "varbinary(128)", "date"],
      ["int unsigned", "bigint", "tinyint unsigned", "varbinary(128)", "date"]))
  func theDisplayWidthOfAnIntegerMeansNothing(type: String, plain: String) {
    #expect(TableFacts.Column.withoutDisplayWidth(type) == plain)
  }
}
