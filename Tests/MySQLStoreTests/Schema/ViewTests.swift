import Foundation
import TestServers
import Testing

struct ViewTests {
  @Test(arguments: MySQLServer.available)
  func anHourIsTheSumOverTheLivesOfRedis(flavor: MySQLServer.Flavor) throws {
    let database = try MigratedDatabase(flavor)
    try database.run(
      """
      INSERT INTO ad_ctr (day, hour, code, epoch, show_count, click_count) VALUES
        ('2026-11-20', 9, 'A', 1, 30, 2), ('2026-11-20', 9, 'A', 2, 15, 1),
        ('2026-11-20', 10, 'A', 2, 5, 0), ('2026-11-21', 9, 'A', 2, 8, 8)
      """)
    #expect(
      try database.run("SELECT * FROM ad_ctr_hour ORDER BY day, hour") == """
        2026-11-20\t9\tA\t45\t3\t0.0667
        2026-11-20\t10\tA\t5\t0\t0.0000
        2026-11-21\t9\tA\t8\t8\t1.0000
        """)
    #expect(
      try database.run("SELECT * FROM ad_ctr_day ORDER BY day") == """
        2026-11-20\tA\t50\t3\t0.0600
        2026-11-21\tA\t8\t8\t1.0000
        """)
  }

  @Test(arguments: MySQLServer.available)
  func theRateIsNullWhereNothingWasShown(flavor: MySQLServer.Flavor) throws {
    let database = try MigratedDatabase(flavor)
    try database.run("INSERT INTO ad_ctr VALUES ('2026-11-20', 9, 'A', 1, 0, 3)")
    #expect(try database.run("SELECT click_count, ctr FROM ad_ctr_hour") == "3\tNULL")
    #expect(try database.run("SELECT click_count, ctr FROM ad_ctr_day") == "3\tNULL")
  }

  @Test(arguments: MySQLServer.available)
  func sumsGoBeyondTheLargestCount(flavor: MySQLServer.Flavor) throws {
    let database = try MigratedDatabase(flavor)
    try database.run(
      """
      INSERT INTO ad_ctr VALUES ('2026-11-20', 9, 'A', 1, 18446744073709551615, 9007199254740993),
        ('2026-11-20', 9, 'A', 2, 18446744073709551615, 0)
      """)
    #expect(
      try database.run("SELECT show_count, click_count FROM ad_ctr_day")
        == "36893488147419103230\t9007199254740993")
  }

  @Test(arguments: MySQLServer.available)
  func codesThatDifferInAByteAreDifferentRows(flavor: MySQLServer.Flavor) throws {
    let database = try MigratedDatabase(flavor)
    let codes = ["A", "a", "a ", "ä", "😀", "a\"b", "a'b", "*", "a:b", "a\0"]
    for (index, code) in codes.enumerated() {
      let hex = code.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
      try database.run("INSERT INTO ad_ctr VALUES ('2026-11-20', 9, x'\(hex)', 1, \(index + 1), 0)")
    }
    for view in ["ad_ctr_hour", "ad_ctr_day"] {
      #expect(
        try database.run("SELECT HEX(code), show_count FROM \(view) ORDER BY show_count")
          == database.run("SELECT HEX(code), show_count FROM ad_ctr ORDER BY show_count"))
      #expect(try database.run("SELECT show_count FROM \(view) WHERE code = 'A'") == "1")
      #expect(try database.run("SELECT show_count FROM \(view) WHERE code = '😀'") == "5")
    }
  }

  @Test(arguments: MySQLServer.available)
  func aCodeThatIsNoTextIsShownAsItsBytes(flavor: MySQLServer.Flavor) throws {
    let database = try MigratedDatabase(flavor)
    try database.run(
      """
      INSERT INTO ad_ctr VALUES ('2026-11-20', 9, x'61FF62', 1, 1, 0),
        ('2026-11-20', 9, x'61FE62', 1, 2, 0), ('2026-11-20', 9, x'613F62', 1, 3, 0)
      """)
    let expected = "0x61FF62\t1\n0x61FE62\t2\na?b\t3"
    for view in ["ad_ctr_hour", "ad_ctr_day"] {
      #expect(
        try database.run("SELECT code, show_count FROM \(view) ORDER BY show_count") == expected)
    }
    try database.run("INSERT INTO login_month VALUES ('2026-11-01', x'FF', x'C3', 2, now())")
    #expect(
      try database.run("SELECT user_type, user_id FROM login_month_text") == "0xFF\t0xC3")
  }

  @Test(arguments: MySQLServer.available)
  func loginDaysAreCounted(flavor: MySQLServer.Flavor) throws {
    let database = try MigratedDatabase(flavor)
    try database.run(
      """
      INSERT INTO login_month VALUES ('2026-11-01', 'vip', 'ann', (1 << 1) | (1 << 20), now()),
        ('2026-12-01', 'vip', 'ann', 4294967294, now()), ('2026-12-01', 'vip', 'Ann', 0, now())
      """)
    #expect(
      try database.run("SELECT * FROM login_month_text ORDER BY month, user_id") == """
        2026-11-01\tvip\tann\t1048578\t2
        2026-12-01\tvip\tAnn\t0\t0
        2026-12-01\tvip\tann\t4294967294\t31
        """)
  }

  /// Every `sql` block of the folder's README, statement by statement.
  @Test(arguments: MySQLServer.available)
  func everyExampleOfTheReadMeRuns(flavor: MySQLServer.Flavor) throws {
    let database = try MigratedDatabase(flavor)
    let readMe = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../../sql/README.md").standardized
    let blocks = try String(contentsOf: readMe, encoding: .utf8)
      .components(separatedBy: "```sql\n").dropFirst()
      .map { $0.components(separatedBy: "```")[0] }
    #expect(blocks.count == 2)
    for block in blocks { try database.run(block) }
    #expect(
      try database.run("SELECT * FROM ad_ctr_day") == "2026-11-20\tA\t5\t1\t0.2000")
  }
}
