import Foundation
import TestServers
import Testing

/// `tally adstat report --unique`, as a user asks for it. Of few viewers the estimates are exact.
struct ReportUniqueTests {
  private let days = "--from 2024-11-18 --to 2024-11-20 --unique"

  /// Ten saw `best` on Monday and five on Tuesday, of which two were there before; three of the ten saw
  /// `many`, too.
  private func site(_ flavor: MySQLServer.Flavor = .mariadb) throws -> ReportSite {
    let site = try ReportSite(flavor)
    try site.archive("2024-11-18", 9, "best", 100, 10)
    try site.archive("2024-11-19", 9, "best", 1200, 10)
    try site.archive("2024-11-19", 9, "many", 50, 0)
    try see(site, 1...10, "best", on: "2024-11-18")
    try see(site, 9...13, "best", on: "2024-11-19")
    try see(site, 1...3, "many", on: "2024-11-18")
    return site
  }

  private func see(
    _ site: ReportSite, _ viewers: ClosedRange<Int>, _ code: String, on day: String
  ) throws {
    try site.installation.redis.run(
      ["PFADD", "\(code)_uv_\(day)"] + viewers.map { "v\($0)" },
      database: site.installation.redisDatabase)
  }

  @Test(arguments: MySQLServer.available)
  func theTableCountsEachViewerOnceWhereverTheDaysLie(flavor: MySQLServer.Flavor) throws {
    let site = try site(flavor)
    let expected = """
      Shows and clicks by day, 2024-11-18 to 2024-11-20, Europe/Berlin

      day         shows  clicks      CTR  unique  at least  at most
      2024-11-18    100      10  10.00 %      10        10       11
      2024-11-19  1,250      10   0.80 %       5         5        6
      2024-11-20      0       0        –       –         –        –
      total       1,350      20   1.48 %      13        13       14

      unique viewers are estimates: in 95 of 100 cases the truth lies between the bounds (two standard \
      deviations); the total counts each viewer once, and so is no sum

      """
    #expect(try site.run("adstat report \(days)").stdout == expected)
    #expect(try site.run("cpc archive-day --keep-days 0").exitCode == 0)
    let keys = try site.installation.redis.run(
      ["KEYS", "*_uv_*"], database: site.installation.redisDatabase)
    #expect(keys == "")
    #expect(try site.run("adstat report \(days)").stdout == expected)
    let archived = try site.run("adstat report \(days) --archived-only", ["TALLY_REDIS_URL": ""])
    #expect(archived.stdout == expected)
  }

  @Test func csvAndJSONHaveTheSameColumns() throws {
    let site = try site()
    #expect(
      try site.run("adstat report \(days) --by code --sort unique --format csv").stdout
        == [
          "code,name,group,shows,clicks,ctr,unique,unique_lower_bound,unique_upper_bound,unfinished",
          "best,Best,spring,1300,20,0.015385,13,13,14,0", "many,Many,spring,50,0,0.000000,3,3,4,0",
        ].map { "\($0)\r\n" }.joined())
    let weeks = try object(try site.run("adstat report \(days) --by week --json").stdout)
    let row = try #require((weeks["rows"] as? [[String: Any]])?.first)
    for one in [row, try #require(weeks["total"] as? [String: Any])] {
      #expect(one["unique"] as? Int == 13 && one["unique_lower_bound"] as? Int == 13)
      #expect(one["unique_upper_bound"] as? Int == 14)
    }
    let byDay = try object(try site.run("adstat report \(days) --json").stdout)
    #expect((byDay["rows"] as? [[String: Any]])?.last?["unique"] is NSNull)
    let without = try site.run("adstat report --by code --from 2024-11-18 --to 2024-11-20 --json")
    #expect(without.exitCode == 0 && !without.stdout.contains("unique"))
  }

  @Test func thePageHasTheColumnsAndStaysValid() throws {
    let site = try site()
    for grouping in ["day", "group"] {
      let page = try site.run("adstat report \(days) --by \(grouping) --format html").stdout
      #expect(try complaints(about: page) == "")
      #expect(page.contains(#"<th scope="col" class="number">at most</th></tr></thead>"#))
      #expect(page.contains(#"<li class="tile">unique <strong>13</strong></li>"#))
      #expect(page.contains(#"<td class="number">14</td></tr></tfoot>"#))
      #expect(page.contains("so is no sum</p>"))
    }
  }

  @Test(
    arguments: [
      ("--by hour --unique", "viewers are kept by day"),
      ("--by code --sort unique", "--sort unique needs --unique"),
    ])
  func whatHasNoAnswerIsRefused(arguments: String, why: String) throws {
    let output = try ReportSite().run("adstat report \(arguments)")
    #expect(output.exitCode == 64 && output.stdout == "", "\(output)")
    #expect(output.stderr.contains(why))
  }

  /// A CPC sketch has a name that is no image's.
  @Test func sketchesOfOtherThingsAreNotMistakenForViewers() throws {
    let site = try site()
    for line in ["cpc update cpc:best_2024-11-18 a b c", "cpc archive-day --keep-days 0"] {
      #expect(try site.run(line).exitCode == 0)
    }
    let rows = try object(try site.run("adstat report \(days) --by code --json").stdout)
    #expect((rows["total"] as? [String: Any])?["unique"] as? Int == 13)
    #expect((rows["rows"] as? [Any])?.count == 2)
  }
}
