import Jobs
import Rules
import TestServers
import Testing

/// The four jobs, each with a world small enough to run it hundreds of times, in which everything
/// happens that it is there for.
enum SufferingJob: Suffering, CaseIterable {
  case rolloverHour, archiveDay, syncWeek, expire

  var description: String { arguments.prefix(2).joined(separator: " ") }

  var arguments: [String] {
    switch self {
    case .rolloverHour: ["adstat", "rollover-hour"]
    case .archiveDay: ["adstat", "archive-day"]
    case .syncWeek: ["loginlog", "sync-week", "--as-of", "2026-11-05"]
    case .expire: ["loginlog", "expire", "--as-of", "2026-11-20"]
    }
  }

  func run(in context: JobContext, logDirectory: String) -> (code: Int32, complaint: String) {
    let outcome = outcome(in: context, logDirectory: logDirectory)
    let complaint = outcome.failure.map { "\($0)" } ?? "\(outcome.report.rejected) rejected"
    return (ExitStatus(of: outcome).code, complaint)
  }

  func outcome(in context: JobContext, logDirectory: String) -> JobOutcome {
    switch self {
    case .rolloverHour: Jobs.run(RolloverHour(), in: context)
    case .archiveDay: Jobs.run(ArchiveDay(), in: context)
    case .syncWeek:
      Jobs.run(SyncWeek(months: SyncRule.months(asOf: CivilDay("2026-11-05")!)), in: context)
    case .expire:
      Jobs.run(
        Expire(
          rule: ExpiryRule(asOf: CivilDay("2026-11-20")!, afterDays: 62)!,
          logDirectory: logDirectory),
        in: context)
    }
  }

  private static let lineage = "0123456789abcdef0123456789abcdef"

  /// The world before the run. 9007199254740993 is the first number that a double cannot hold.
  func prepare(_ bench: ProxyBench) throws {
    try bench.clear()
    switch self {
    case .rolloverHour:
      try bench.send("INCRBY", "a_show", "9007199254740993")
      try bench.send("INCRBY", "a_click", "2")
      try bench.send("INCRBY", "b_show", "4")
    case .archiveDay:
      let lineage = SufferingJob.lineage
      try bench.send("HSET", "tally:adstat", "lineage", lineage)
      try bench.send(
        "HSET", "a_day_show_2026-11-15", "lineage", lineage, "9", "7", "23", "9007199254740993")
      try bench.send("HSET", "a_day_click_2026-11-15", "lineage", lineage, "9", "2")
      try bench.send("HSET", "b_day_show_2026-11-15", "lineage", lineage, "0", "4")
      try bench.send("HSET", "a_day_show_2026-11-18", "lineage", lineage, "5", "6")
      try bench.send("HSET", "c_day_click_2026-11-18", "lineage", lineage, "6", "1")
      // Half of the day was archived before.
      try bench.sql("INSERT INTO ad_source VALUES (1, '\(lineage)', 0, 0, NOW())")
      try bench.sql("INSERT INTO ad_ctr VALUES ('2026-11-18', 5, 'a', 1, 3, 0)")
    case .syncWeek:
      try bench.send("SETBIT", "loginLog_2026-10_web_8", "31", "1")
      try bench.send("SETBIT", "loginLog_2026-11_app_7", "1", "1")
      try bench.send("SETBIT", "loginLog_2026-11_app_9", "2", "1")
      try bench.sql("INSERT INTO login_month VALUES ('2026-11-01', 'app', '7', 8, NOW())")
    case .expire:
      try bench.send("SETBIT", "loginLog_2026-08_app_7", "1", "1")
      try bench.send("SETBIT", "loginLog_2026-09_web_8", "2", "1")
      try bench.send("SETBIT", "loginLog_2026-11_app_9", "3", "1")
      try bench.sql("INSERT INTO login_month VALUES ('2026-08-01', 'app', '7', 8, NOW())")
    }
  }

  func liveOn(_ bench: ProxyBench) throws {
    switch self {
    case .rolloverHour: try bench.send("INCRBY", "a_show", "3")
    // A closed day gets no more counts.
    case .archiveDay: break
    case .syncWeek: try bench.send("SETBIT", "loginLog_2026-11_app_7", "4", "1")
    case .expire: try bench.send("SETBIT", "loginLog_2026-08_app_7", "4", "1")
    }
  }

  func defects(_ bench: ProxyBench) throws -> [String] {
    differences(held: try bench.picture(), expected: healed)
  }

  /// What must stand there at the end, as `ProxyBench.picture` shows it.
  var healed: [String] {
    switch self {
    case .rolloverHour:
      [
        "a_day_click_2026-11-20: 11=2", "a_day_show_2026-11-20: 11=9007199254740996",
        "b_day_show_2026-11-20: 11=4", "tally:adstat: last_slot=1795172400",
      ]
    case .archiveDay:
      [
        "a_day_show_2026-11-18: 5=6", "c_day_click_2026-11-18: 6=1",
        "tally:adstat: sealed=2026-11-18",
        "2026-11-15 0 b 1 4 0", "2026-11-15 9 a 1 7 2", "2026-11-15 23 a 1 9007199254740993 0",
        "2026-11-18 5 a 1 6 0", "2026-11-18 6 c 1 0 1",
      ]
    case .syncWeek:
      [
        "loginLog_2026-10_web_8 = 00000001", "loginLog_2026-11_app_7 = 48",
        "loginLog_2026-11_app_9 = 20",
        "2026-10-01 web 8 2147483648", "2026-11-01 app 7 26", "2026-11-01 app 9 4",
      ]
    case .expire:
      [
        "loginLog_2026-11_app_9 = 10", "2026-08-01 app 7 26", "2026-09-01 web 8 4",
        "logged loginLog_2026-08_app_7 18", "logged loginLog_2026-09_web_8 4",
      ]
    }
  }
}
