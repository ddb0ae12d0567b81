import TestServers
import Testing

/// A right that the MySQL account lacks, one at a time and on one table at a time.
struct MySQLRightsTests {
  struct Gap: Sendable, CustomTestStringConvertible {
    let right: String
    let table: String
    let jobs: [SiteJob]
    var testDescription: String { "\(right) on \(table)" }
  }

  static let gaps =
    ["SELECT", "INSERT", "UPDATE"].flatMap { right in
      [
        Gap(right: right, table: "ad_ctr", jobs: [.archive]),
        Gap(right: right, table: "ad_source", jobs: [.archive]),
        Gap(right: right, table: "login_month", jobs: [.sync, .expire]),
      ]
    } + [Gap(right: "SELECT", table: "tally_schema", jobs: SiteJob.writingMySQL)]

  private static let tables = ["ad_ctr", "ad_source", "login_month", "tally_schema", "tally_run"]

  @Test(arguments: MySQLServer.available, gaps)
  func withoutARightNothingIsForgotten(flavor: MySQLServer.Flavor, gap: Gap) throws {
    let site = try Site(flavor)
    site.mysqlUser = "\(site.database)_gap"
    let account = "'\(site.mysqlUser)'@'localhost'"
    try site.mysql.run("CREATE USER \(account)")
    for table in MySQLRightsTests.tables {
      let rights = ["SELECT", "INSERT", "UPDATE"].filter { $0 != gap.right || table != gap.table }
      try site.mysql.run(
        "GRANT \(rights.joined(separator: ", ")) ON \(site.database).\(table) TO \(account)")
    }
    try site.arrange(for: .archive)
    let keys = try site.keys()
    for job in gap.jobs {
      let output = try site.run(job)
      #expect(output.exitCode == 77, "\(job): \(output.stderr)")
      #expect(output.stderr.contains("HINT: `tally migrate --print-grants`"), "\(output.stderr)")
    }
    #expect(try site.keys() == keys)
    #expect(try site.totals() == [] && site.logins() == [])
    try site.mysql.run("GRANT \(gap.right) ON \(site.database).\(gap.table) TO \(account)")
    for job in gap.jobs {
      let output = try site.run(job)
      #expect(output.exitCode == 0, "\(job): \(output.stderr)")
    }
    try site.expectSettled()
  }

  /// The history is best effort: a run that did its work has done it.
  @Test func withoutTheRightToKeepTheHistoryTheWorkIsDone() throws {
    let site = try Site()
    try site.useWorkingAccount()
    try site.mysql.run("REVOKE INSERT ON `\(site.database)`.* FROM '\(site.mysqlUser)'@'localhost'")
    for table in ["ad_ctr", "ad_source", "login_month"] {
      try site.mysql.run(
        "GRANT INSERT ON \(site.database).\(table) TO '\(site.mysqlUser)'@'localhost'")
    }
    try site.arrange(for: .archive)
    for job in SiteJob.writingMySQL { #expect(try site.run(job).exitCode == 0) }
    #expect(try site.totals() == Site.totals && site.logins() == Site.logins)
    try site.expectSettled()
  }
}
