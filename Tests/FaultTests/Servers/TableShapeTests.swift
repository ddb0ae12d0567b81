import TestServers
import Testing

/// Tables made so that counts would be merged wrongly, clipped or half kept.
struct TableShapeTests {
  struct Fault: Sendable, CustomTestStringConvertible {
    let sql: String
    let told: String
    var jobs = [SiteJob.archive]
    var testDescription: String { told }
  }

  static let faults = [
    Fault(
      sql: """
        ALTER TABLE ad_ctr MODIFY code VARCHAR(128) CHARACTER SET utf8mb4
          COLLATE utf8mb4_general_ci NOT NULL
        """,
      told: "column code varchar(128)"),
    Fault(sql: "ALTER TABLE ad_ctr MODIFY code VARCHAR(128) NOT NULL", told: "varchar(128)"),
    Fault(sql: "ALTER TABLE ad_ctr ENGINE = MyISAM", told: "engine MyISAM"),
    Fault(
      sql: "CREATE TRIGGER halve BEFORE INSERT ON ad_ctr FOR EACH ROW SET NEW.show_count = 1",
      told: "trigger halve"),
    Fault(sql: "ALTER TABLE ad_ctr ADD UNIQUE KEY again (code, day)", told: "unique key again"),
    Fault(
      sql: "ALTER TABLE ad_ctr MODIFY show_count BIGINT UNSIGNED NULL",
      told: "show_count may be NULL"),
    Fault(
      sql: "ALTER TABLE ad_ctr MODIFY show_count INT UNSIGNED NOT NULL",
      told: "column show_count int unsigned"),
    Fault(
      sql: "RENAME TABLE ad_ctr TO counts; CREATE VIEW ad_ctr AS SELECT * FROM counts",
      told: "table ad_ctr: view"),
    Fault(
      sql: "ALTER TABLE ad_source MODIFY seq INT UNSIGNED NOT NULL", told: "column seq int unsigned"
    ),
    Fault(
      sql: """
        ALTER TABLE login_month MODIFY user_id VARCHAR(128) CHARACTER SET utf8mb4
          COLLATE utf8mb4_general_ci NOT NULL
        """,
      told: "column user_id varchar(128)", jobs: [.sync, .expire]),
    Fault(
      sql: "ALTER TABLE login_month ENGINE = MyISAM", told: "engine MyISAM",
      jobs: [.sync, .expire]),
    Fault(
      sql: "CREATE TRIGGER clip BEFORE UPDATE ON login_month FOR EACH ROW SET NEW.days = 2",
      told: "trigger clip", jobs: [.sync, .expire]),
    Fault(
      sql: "ALTER TABLE login_month ADD UNIQUE KEY again (user_id)", told: "unique key again",
      jobs: [.sync, .expire]),
    Fault(
      sql: "ALTER TABLE login_month MODIFY days INT UNSIGNED NULL", told: "days may be NULL",
      jobs: [.sync, .expire]),
    Fault(
      sql: "ALTER TABLE login_month MODIFY days SMALLINT UNSIGNED NOT NULL",
      told: "column days smallint unsigned", jobs: [.sync, .expire]),
    Fault(
      sql: "RENAME TABLE login_month TO months; CREATE VIEW login_month AS SELECT * FROM months",
      told: "table login_month: view", jobs: [.sync, .expire]),
  ]

  /// A database for each fault, one Redis for all of them.
  @Test(arguments: MySQLServer.available)
  func aWrongTableIsRefusedByTheCommandsBeforeAnythingIsTouched(
    flavor: MySQLServer.Flavor
  ) throws {
    let site = try Site(flavor)
    try site.arrange(for: .archive)
    let digest = try site.redis.run(["DEBUG", "DIGEST"])
    for fault in Self.faults {
      try site.migrateFreshDatabase()
      try site.query(fault.sql)
      for job in fault.jobs {
        let output = try site.run(job)
        #expect(output.exitCode == 78, "\(fault.sql): \(output.stderr)")
        #expect(output.stderr.contains(fault.told), "\(output.stderr)")
      }
      #expect(try site.totals() == [] && site.logins() == [], "\(fault.sql)")
      #expect(try site.redis.run(["DEBUG", "DIGEST"]) == digest, "\(fault.sql)")
    }
    try site.migrateFreshDatabase()
    try site.expectSettled()
  }
}
