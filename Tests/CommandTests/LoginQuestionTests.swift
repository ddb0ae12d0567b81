import Foundation
import TestServers
import Testing

/// The questions about logins, as a user asks them.
struct LoginQuestionTests {
  @Test(arguments: MySQLServer.available)
  func everyQuestionAnswersInThePinnedJSON(flavor: MySQLServer.Flavor) throws {
    let installation = try Installation(flavor)
    for day in ["2026-11-03", "2026-11-20", "2025-12-31"] {
      let output = try installation.run("loginlog mark client 1001 --day \(day) --json")
      #expect(output.stdout == "{\"day\":\"\(day)\",\"new\":true}\n")
    }
    let answers = [
      "mark client 1001 --day 2026-11-03": #"{"day":"2026-11-03","new":false}"#,
      "day client 1001 2026-11-03": #"{"logged_in":true}"#,
      "day client 1001 2026-11-04": #"{"logged_in":false}"#,
      "month client 1001 2026-11": #"{"logged_in":true,"days":["2026-11-03","2026-11-20"]}"#,
      "month client 1001 2026-10": #"{"logged_in":false,"days":[]}"#,
      "range client 1001 2025-12-31 2026-11-03":
        #"{"logged_in":true,"days":["2025-12-31","2026-11-03"]}"#,
      "active 2026-11-01 2026-11-30 --count": #"{"count":1}"#,
      "active 2026-11-01 2026-11-30": #"{"type":"client","id":"1001","day_count":2}"#,
      "calendar client 1001 --year 2025":
        #"{"year":2025,"logged_in":true,"day_count":1,"longest_streak":1,"days":["2025-12-31"]}"#,
    ]
    for (question, answer) in answers {
      let output = try installation.run("loginlog \(question) --json")
      #expect(output.stdout == answer + "\n", "\(question)")
      #expect(output.exitCode == 0)
      #expect(output.stderr == "")
    }
  }

  @Test func withoutJSONTheAnswerIsForPeopleAndPipes() throws {
    let installation = try Installation()
    try installation.addLogin()
    let answers = [
      "day web 7 2026-11-09": "yes\n", "day web 7 2026-11-10": "no\n",
      "month web 7 2026-11": "2026-11-09\n", "month web 7 2026-12": "",
      "range web 7 2026-11-09 2026-11-09": "2026-11-09\n",
      "active 2026-11-09 2026-11-09": "web\t7\t1\n",
      "active 2026-11-10 2026-11-10": "", "active 2026-11-10 2026-11-10 --count": "0\n",
      "mark web 7 --day 2026-11-09": "",
    ]
    for (question, answer) in answers {
      let output = try installation.run("loginlog \(question)")
      #expect(output.stdout == answer, "\(question)")
      #expect(output.exitCode == 0)
      #expect(output.stderr == "")
    }
  }

  /// A Saturday: the last week is that from Monday the 9th to Sunday the 15th.
  @Test(arguments: [
    ("last-week", "2026-11-09", "2026-11-15"), ("this-week", "2026-11-16", "2026-11-22"),
    ("last-month", "2026-10-01", "2026-10-31"), ("this-month", "2026-11-01", "2026-11-30"),
  ])
  func aWordNamesAllDaysOfAWeekOrAMonth(word: String, first: String, last: String) throws {
    let installation = try Installation()
    let clock = try FakeClock(at: "2026-11-21 12:00:00")
    for day in ["2026-09-30", "2026-12-01", "2026-11-23"] + [first, last] {
      #expect(try installation.run("loginlog mark web 7 --day \(day)").exitCode == 0)
    }
    let range = try installation.run("loginlog range web 7 \(word)", clock.environment)
    #expect(range.stdout.split(separator: "\n").first ?? "" == first)
    #expect(range.stdout.split(separator: "\n").last ?? "" == last)
    let active = try installation.run("loginlog active \(word)", clock.environment)
    let named = try installation.run("loginlog active \(first) \(last)")
    #expect(active.stdout == named.stdout && active.stdout != "")
  }

  /// Both on the way in and on the way out.
  @Test func idsAreBytesAndDriveNoTerminal() throws {
    let installation = try Installation()
    let script = #"exec "$0" "$@" "$(printf '\377\033[2J')""#
    let wrapped = TallyTool(wrapper: ["bash", "-c", script])
    let marked = try wrapped.run(
      words("loginlog mark client --day 2026-11-09 --"), environment: installation.environment)
    #expect(marked.exitCode == 0, "\(marked.stderr)")
    #expect(
      try installation.redis.run(
        ["EVAL", "return redis.call('EXISTS', 'loginLog_2026-11_client_\\255\\27[2J')", "0"],
        database: installation.redisDatabase) == "1")
    let list = try installation.run("loginlog active 2026-11-09 2026-11-09")
    #expect(list.stdout == "client\t\\xFF\\x1B[2J\t1\n")
    let json = try installation.run("loginlog active 2026-11-09 2026-11-09 --json")
    #expect(try object(json.stdout)["id_hex"] as? String == "ff1b5b324a")
    #expect(!json.stdout.contains("\u{1B}"))
    for format in ["text", "svg"] {
      let drawn = try wrapped.run(
        words("loginlog calendar client --year 2026 --format \(format) --"),
        environment: installation.environment)
      #expect(drawn.exitCode == 0)
      #expect(drawn.stdout.contains("client \\xFF\\x1B[2J in 2026"))
      #expect(!drawn.stdout.contains("\u{1B}"))
    }
  }

  @Test(arguments: ["day web 7 2026-10-09", "month web 7 2026-10", "active 2026-10-01 2026-11-30"])
  func aServerThatIsDownIsNamedWithAHint(question: String) throws {
    let installation = try Installation()
    for setting in [
      ("TALLY_REDIS_URL", "unix:///nowhere/r"),
      ("TALLY_MYSQL_URL", "mysql://u@localhost/d?socket=/nowhere/m"),
    ] {
      let output = try installation.run("loginlog \(question) --json", [setting.0: setting.1])
      #expect(output.exitCode == 69)
      #expect(output.stderr.contains("HINT: "))
      #expect((try object(output.stdout)["error"] as? String)?.contains("/nowhere/") == true)
    }
  }

  @Test func whatRedisHasNeedsNoMySQL() throws {
    let installation = try Installation()
    #expect(try installation.run("loginlog mark web 7").exitCode == 0)
    let output = try installation.run(
      "loginlog day web 7 today", ["TALLY_MYSQL_URL": "mysql://u@localhost/d?socket=/nowhere/m"])
    #expect(output.stdout == "yes\n")
  }

  @Test func aMalformedBitmapIsNamedAndTheRestAnswered() throws {
    let installation = try Installation()
    try installation.addLogin()
    try installation.redis.run(
      ["SETBIT", "loginLog_2026-10_web_7", "0", "1"], database: installation.redisDatabase)
    let output = try installation.run("loginlog range web 7 2026-10-01 2026-11-30 --json")
    #expect(output.exitCode == 65)
    #expect(
      output.stdout == #"{"logged_in":true,"days":["2026-11-09"],"rejected":1}"# + "\n")
    #expect(output.stderr.hasPrefix("tally: rejected: loginLog_2026-10_web_7: bit 0 is set"))
  }

  @Test func questionsLeaveNoLockAndNoRow() throws {
    let installation = try Installation()
    for question in ["day web 7 today", "active today today", "calendar web 7", "mark web 7"] {
      #expect(try installation.run("loginlog \(question)").exitCode == 0)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: installation.folder) == [])
    #expect(
      try installation.mysql.run(
        "SELECT COUNT(*) FROM tally_run", database: installation.mysqlDatabase) == "0")
  }

  @Test func aLongAnswerThatCannotBeWrittenIsAnError() throws {
    let installation = try Installation(
      wrapper: ["sh", "-c", #"exec "$0" "$@" >/dev/full"#])
    try installation.addLogin()
    let output = try installation.run("loginlog active 2026-11-01 2026-11-30")
    #expect(output.exitCode == 74)
    #expect(output.stderr.hasPrefix("tally: error: stdout: "))
  }

  @Test func theZoneSaysWhatIsToday() throws {
    let installation = try Installation()
    let days = try ["Pacific/Kiritimati", "Pacific/Pago_Pago"].map { zone in
      let output = try installation.run("loginlog mark web 7 --json", ["TALLY_TIME_ZONE": zone])
      return try object(output.stdout)["day"] as? String ?? ""
    }
    // 25 hours apart: never the same day.
    #expect(days[0] > days[1])
  }

  @Test func restoreIsAJobWithItsReportAndItsRow() throws {
    let installation = try Installation()
    try installation.addLogin()
    #expect(try installation.run("loginlog expire --as-of 2027-03-01").exitCode == 0)
    let log = try #require(
      try FileManager.default.contentsOfDirectory(atPath: installation.folder)
        .first { $0.hasSuffix(".jsonl") })
    let path = "\(installation.folder)/\(log)"
    let file = try #require(FileHandle(forUpdatingAtPath: path))
    try file.seekToEnd()
    try file.write(contentsOf: Data("{\"schema\":1,\"\u{1B}\n".utf8))
    let output = try installation.run("loginlog restore \(path) --to redis --json")
    #expect(output.exitCode == 65)
    #expect(output.stderr == "tally: rejected: \(path):2: the line is torn\n")
    let report = try object(output.stdout)
    #expect(report["job"] as? String == "loginlog restore")
    #expect(report["found"] as? Int == 1)
    #expect(report["changed"] as? Int == 1)
    #expect(report["rejected"] as? Int == 1)
    #expect(
      try installation.mysql.run(
        "SELECT found, changed, exit_code FROM tally_run WHERE job = 'loginlog restore'",
        database: installation.mysqlDatabase) == "1\t1\t65")
    #expect(try installation.run("loginlog day web 7 2026-11-09").stdout == "yes\n")
  }
}
