import Jobs
import TestServers
import Testing

/// Any job may run again at any time.
struct RerunTests {
  /// Right after its work, with the day still held in Redis, so that every run compares it again. A
  /// quarter as often on MySQL, which answers slower.
  @Test(arguments: MySQLServer.available)
  func aHundredMoreRunsChangeNothing(flavor: MySQLServer.Flavor) throws {
    let site = try Site(flavor)
    try site.arrange(for: .archive)
    for job in SiteJob.allCases {
      #expect(try site.perform(job, keepDays: 9).failure == nil)
    }
    let fingerprint = try site.fingerprint()
    for _ in 1...(flavor == .mariadb ? 100 : 25) {
      for job in SiteJob.allCases {
        let outcome = try site.perform(job, keepDays: 9)
        #expect(ExitStatus(of: outcome).code == 0)
        #expect(outcome.report.changed == 0 && outcome.report.forgotten == 0)
      }
    }
    #expect(try site.fingerprint() == fingerprint)
    try site.expectSettled()
  }
}
