import Foundation
import TestServers
import Testing

/// Reports as a user asks for them.
struct ReportCommandTests {
  private let november = "--from 2024-11-18 --to 2024-11-22"

  @Test(arguments: MySQLServer.available)
  func theTableIsAlignedWithItsNumbersOnTheRight(flavor: MySQLServer.Flavor) throws {
    let site = try ReportSite(flavor)
    try site.archiveNovember()
    let output = try site.run("adstat report --by code \(november)")
    #expect(output.exitCode == 0 && output.stderr == "", "\(output)")
    let lines = output.stdout.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines[0] == "Shows and clicks by code, 2024-11-18 to 2024-11-22, Europe/Berlin")
    #expect(lines.count == 8 && lines[1].isEmpty && lines[7].isEmpty)
    #expect(lines[2].hasPrefix("code    ") && lines[2].hasSuffix("   shows  clicks      CTR"))
    #expect(lines[3].hasPrefix("many    ") && lines[3].hasSuffix(" 200,300   2,000   1.00 %"))
    #expect(lines[4].hasPrefix("best    ") && lines[4].hasSuffix("   1,500     200  13.33 %"))
    #expect(lines[5].hasPrefix(#"=<b>\x1B[2J&"'\xE2\x80\xAE  </title>"#))
    #expect(lines[5].hasSuffix("  (none)       35       0   0.00 %"))
    #expect(lines[6].hasPrefix("total   ") && lines[6].hasSuffix(" 201,835   2,200   1.09 %"))
    #expect(Set(lines[2...6].map(\.count)).count == 1)
  }

  @Test func csvIsForProgramsAndSpreadsheets() throws {
    let site = try ReportSite()
    try site.archiveNovember()
    let codes = try site.run("adstat report --by code \(november) --format csv --sort key").stdout
    #expect(
      codes
        == [
          "code,name,group,shows,clicks,ctr,unfinished",
          #""'=<b>\x1B[2J&""'\xE2\x80\xAE",</title><script>alert(1)</script>\xC2\x9B2J,(none),35,0,0.000000,0"#,
          "best,Best,spring,1500,200,0.133333,0", "many,Many,spring,200300,2000,0.009985,0",
        ].map { "\($0)\r\n" }.joined())
    let hours = try site.run("adstat report --by hour --code best \(november) --format csv").stdout
    let lines = hours.split(separator: "\r\n")
    #expect(lines.count == 1 + 5 * 24)
    #expect(lines[0] == "day,hour,shows,clicks,ctr,unfinished")
    #expect(lines[1 + 7] == "2024-11-18,07:00,0,0,,0")
    #expect(lines[1 + 8] == "2024-11-18,08:00,100,8,0.080000,0")
  }

  @Test func jsonIsOneObjectWithTheExactNumbers() throws {
    let site = try ReportSite()
    try site.archiveNovember()
    let week = try object(try site.run("adstat report --by week \(november) --json").stdout)
    #expect(week["schema"] as? Int == 1 && week["by"] as? String == "week")
    #expect(week["from"] as? String == "2024-11-18" && week["to"] as? String == "2024-11-22")
    #expect(week["time_zone"] as? String == "Europe/Berlin" && week["live_hour"] is NSNull)
    let rows = try #require(week["rows"] as? [[String: Any]])
    #expect(rows.count == 1 && rows[0]["week"] as? String == "2024-W47")
    #expect(rows[0]["from"] as? String == "2024-11-18" && rows[0]["to"] as? String == "2024-11-22")
    #expect(rows[0]["shows"] as? Int == 201_835 && rows[0]["clicks"] as? Int == 2200)
    #expect(rows[0]["ctr"] as? Double == 0.0109 && rows[0]["unfinished"] as? Bool == false)

    let codes = try object(
      try site.run("adstat report --by code \(november) --format json --top 1 --reverse").stdout)
    #expect(codes["row_count"] as? Int == 3)
    #expect((codes["total"] as? [String: Any])?["shows"] as? Int == 201_835)
    let row = try #require((codes["rows"] as? [[String: Any]])?.first)
    #expect(row["code"] as? String == ReportSite.hostileCode)
    #expect(row["name"] as? String == ReportSite.hostileName && row["group"] is NSNull)
    let nothing = try object(
      try site.run("adstat report --by day --from 2024-11-18 --to 2024-11-18 --code x --json")
        .stdout)
    #expect(((nothing["rows"] as? [[String: Any]])?.first?["ctr"]) is NSNull)
  }

  @Test(arguments: ["table", "csv", "json", "html"])
  func noFormatCanDriveATerminal(format: String) throws {
    let site = try ReportSite()
    try site.archiveNovember()
    for grouping in ["code", "group", "day"] {
      let output = try site.run(
        "adstat report --by \(grouping) \(november) --format \(format) --code best --code many")
      #expect(output.exitCode == 0)
      let all = try site.run("adstat report --by \(grouping) \(november) --format \(format)")
      for scalar in all.stdout.unicodeScalars {
        let isHarmless =
          scalar.value == 10 || scalar.value == 13
          || !(scalar.value < 32 || (0x7F..<0xA0).contains(scalar.value) || scalar == "\u{202E}")
        #expect(isHarmless, "\(scalar.value)")
      }
    }
  }

  @Test func codesThatAreNoTextKeepTheirBytes() throws {
    let site = try ReportSite()
    try site.query("INSERT INTO ad_ctr VALUES ('2024-11-20', 9, x'FF00', 1, 5, 1)")
    let json = try object(try site.run("adstat report --by code \(november) --json").stdout)
    let row = try #require((json["rows"] as? [[String: Any]])?.first)
    #expect(row["code_hex"] as? String == "ff00")
    let table = try site.run("adstat report --by code \(november)").stdout
    #expect(table.contains("\n\\xFF\\x00 "))
    let wrapped = TallyTool(wrapper: ["bash", "-c", #"exec "$0" "$@" "--code=$(printf '\377')""#])
    let one = try wrapped.run(words("adstat report --by code"), environment: site.environment)
    #expect(one.exitCode == 0 && one.stdout.contains(", code \\xFF, "), "\(one)")
  }

  /// Today's counts lie in Redis, and are marked wherever they are shown.
  @Test func todayIsMarkedAsUnfinished() throws {
    let site = try ReportSite()
    for (key, count) in [("best_show", "30"), ("best_click", "3")] {
      try site.installation.redis.run(
        ["SET", key, count], database: site.installation.redisDatabase)
    }
    let table = try site.run("adstat report --by day --period 7d").stdout
    let lines = table.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.contains { $0.hasSuffix("     30       3  10.00 % *") }, "\(table)")
    #expect(lines.contains { $0.hasPrefix("total ") && $0.hasSuffix("10.00 % *") })
    #expect(lines.contains { $0.hasPrefix("* not finished: 20") && $0.contains("live counters") })
    let json = try object(try site.run("adstat report --by code --period 7d --json").stdout)
    #expect((json["unfinished"] as? [String])?.isEmpty == false)
    #expect((json["rows"] as? [[String: Any]])?.first?["unfinished"] as? Bool == true)
    let csv = try site.run("adstat report --by code --period 7d --format csv").stdout
    #expect(csv.hasSuffix("best,Best,spring,30,3,0.100000,1\r\n"))
    let page = try site.run("adstat report --by day --period 7d --format html").stdout
    #expect(page.contains("class=\"slot open\"") && page.contains("Not finished: 20"))
    // Redis is left out, and need not be there.
    let archived = try site.run(
      "adstat report --period 7d --archived-only --json", ["TALLY_REDIS_URL": ""])
    #expect(archived.exitCode == 0)
    #expect((try object(archived.stdout)["total"] as? [String: Any])?["shows"] as? Int == 0)
  }

  /// Who never read the README finds the answer in `tally --help`.
  @Test func theHelpLeadsToTheBestAdOfYesterday() throws {
    let help = try TallyTool().run(["--help"]).stdout
    let lines = help.split(separator: "\n")
    let question = try #require(
      lines.firstIndex { $0.contains("which ad had the best CTR yesterday") }, "\(help)")
    let command = lines[question - 1].trimmingCharacters(in: .whitespaces)
    #expect(command.hasPrefix("tally adstat report "))
    let site = try ReportSite()
    let yesterday = try site.installation.mysql.run(
      "SELECT DATE(UTC_TIMESTAMP()) - INTERVAL 1 DAY", database: site.installation.mysqlDatabase)
    try site.archive(yesterday, 9, "many", 5000, 10)
    try site.archive(yesterday, 9, "best", 100, 9)
    let answer = try site.run(
      String(command.dropFirst("tally ".count)), ["TALLY_TIME_ZONE": "UTC"])
    let rows = answer.stdout.split(separator: "\n").dropFirst(2)
    #expect(rows.first?.hasPrefix("best   Best  spring ") == true, "\(answer)")
  }

  @Test func whatIsLeftOutIsSaid() throws {
    let site = try ReportSite()
    try site.archiveNovember()
    let output = try site.run("adstat report --by code \(november) --sort ctr --top 1")
    #expect(output.stdout.hasSuffix("\n1 of 3 rows; the total is of all\n"))
    #expect(output.stdout.contains("\nbest   Best  spring  "))
    let few = try site.run("adstat report --by code \(november) --min-shows 5000 --json")
    #expect((try object(few.stdout)["rows"] as? [Any])?.count == 1)
  }

  @Test func aFileIsReplacedAsAWhole() throws {
    let site = try ReportSite()
    try site.archiveNovember()
    let folder = site.installation.folder
    let path = "\(folder)/report.csv"
    try Data("old".utf8).write(to: URL(filePath: path))
    let failed = try site.run(
      "adstat report --output \(path)", ["TALLY_REDIS_URL": "unix:///nowhere/r"])
    #expect(failed.exitCode == 69 && failed.stderr.contains("/nowhere/r"))
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "old")
    let output = try site.run("adstat report \(november) --format csv --output \(path)")
    #expect(output.exitCode == 0 && output.stdout == "")
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text == (try site.run("adstat report \(november) --format csv").stdout))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["report.csv"])
    let nowhere = try site.run("adstat report --output \(folder)/nowhere/report.csv")
    #expect(nowhere.exitCode == 73 && nowhere.stderr.contains("/nowhere/report.csv"))
    let full = try Installation(wrapper: ["sh", "-c", #"exec "$0" "$@" >/dev/full"#])
    #expect(try full.run("adstat report").exitCode == 74)
  }

  @Test func questionsThatCannotBeAnsweredAreRefused() throws {
    let site = try ReportSite()
    let group = try site.run("adstat report --group autumn")
    #expect(group.exitCode == 64 && group.stderr.contains("no group 'autumn'"))
    let range = try site.run("adstat report --from 2024-11-02 --to 2024-11-01")
    #expect(range.exitCode == 64)
    #expect(try site.run("adstat report", ["TALLY_MYSQL_URL": ""]).exitCode == 78)
    #expect(try site.run("adstat report", ["TALLY_REDIS_URL": ""]).exitCode == 78)
    let down = ["TALLY_MYSQL_URL": "mysql://u@localhost/d?socket=/nowhere/m"]
    let output = try site.run("adstat report --json", down)
    #expect(output.exitCode == 69)
    #expect((try object(output.stdout)["error"] as? String)?.contains("/nowhere/m") == true)
  }
}
