import Foundation
import Jobs
import MySQLClient
import TestServers
import Testing

/// Very many images and users: Redis serves everybody else meanwhile, and the tool needs no more memory
/// for more of them.
///
/// The short form has some thousand of them; the long one 100,000 images and 250,000 bitmaps, for more of
/// which a debug build takes minutes (`make bench BENCH_MEMORY=1` has ten millions for a release).
struct ManyKeysTests {
  /// Redis does one thing at a time, and measures each of them itself.
  @Test(arguments: SiteJob.allCases)
  func nobodyWaitsAQuarterOfASecondForRedis(job: SiteJob) throws {
    let site = try LargeSite(job)
    let count = site.keyCount
    try site.fill(count)
    try site.redis.run(["CONFIG", "SET", "slowlog-log-slower-than", "250000"])
    try site.redis.run(["SLOWLOG", "RESET"])
    try site.redis.run(["CONFIG", "RESETSTAT"])
    #expect(try site.run().output.exitCode == 0)
    #expect(try site.redis.run(["SLOWLOG", "GET", "1"]) == "")
    // Not by luck and a quick machine: each script looks at some keys, and there are many scripts.
    if job != .sync { #expect(try site.scriptCount() >= count / 500) }
    #expect(try site.isAllDone(count))
  }

  /// But for what a job holds at once by design: a day's codes in less than an eighth of a kilobyte each,
  /// a run's bitmaps in less than a twentieth.
  @Test(arguments: SiteJob.allCases)
  func moreKeysNeedNoMoreMemory(job: SiteJob) throws {
    let site = try LargeSite(job)
    let few = site.keyCount / 4
    let peaks = try [few, site.keyCount].map { count in
      try site.empty()
      try site.fill(count)
      try site.fillWithOthers(count * (FaultDepth.isFull ? 4 : 25))
      let run = try site.run()
      #expect(run.output.exitCode == 0)
      return run.peakKilobytes
    }
    let more = site.keyCount - few
    let held =
      switch job {
      case .rollOver: 0
      case .archive: more / 8
      case .sync, .expire: more / 20
      }
    #expect(peaks[0] > 0)
    #expect(peaks[1] - peaks[0] < 4096 + held, "\(few) keys and \(site.keyCount): \(peaks) kB")
  }
}

/// Keys without number for one job. Redis lives by the machine's clock: a clock that a test may move
/// makes every command some microseconds slower. All days and months are long over.
private final class LargeSite {
  let redis: RedisServer
  private let job: SiteJob
  private let mysql: MySQLServer
  private let database: String
  private let folder: String

  init(_ job: SiteJob) throws {
    self.job = job
    redis = try RedisServer()
    mysql = try MySQLServer.shared(.mariadb)
    database = try mysql.freshDatabase()
    folder = try PrivateFolder.make()
    _ = try Migrate().perform(
      on: MySQLEndpoint(url: mysql.url(database: database)), isDryRun: false)
  }

  deinit { try? PrivateFolder.remove(folder) }

  var keyCount: Int {
    switch job {
    case .rollOver, .archive: FaultDepth.isFull ? 100_000 : 6000
    case .sync, .expire: FaultDepth.isFull ? 250_000 : 10_000
    }
  }

  private var arguments: String {
    switch job {
    case .rollOver, .archive, .expire: job.rawValue
    case .sync: "loginlog sync-week --month 2020-02"
    }
  }

  func empty() throws {
    try redis.run(["FLUSHALL"])
    try mysql.run("DELETE FROM ad_ctr; DELETE FROM login_month", database: database)
  }

  func fill(_ count: Int) throws {
    let lineage = "0123456789abcdef0123456789abcdef"
    let command =
      switch job {
      case .rollOver: "'SET', 'image-' .. i .. '_show', 1"
      case .archive:
        "'HSET', 'image-' .. i .. '_day_show_2020-02-01', 8, 1, 9, 2, 'lineage', '\(lineage)'"
      case .sync, .expire: "'SETBIT', 'loginLog_2020-02_web_' .. i, 9, 1"
      }
    try fill(count, command)
  }

  /// Keys that look like the job's own and are passed over: who keeps them in memory stands out soon.
  func fillWithOthers(_ count: Int) throws {
    let command =
      switch job {
      case .rollOver: "'SET', 'cpc:passed-over-' .. i .. '_show', 1"
      case .archive: "'HSET', 'cpc:passed-over-' .. i .. '_day_show_2020-02-01', 8, 1"
      case .sync, .expire: "'SETBIT', 'loginLog_9999-12_web_' .. i, 9, 1"
      }
    try fill(count, command)
  }

  private func fill(_ count: Int, _ command: String) throws {
    try redis.run(["EVAL", "for i = 1, \(count) do redis.call(\(command)) end", "0"])
  }

  /// The tool, watched: the kernel knows the most memory that a process ever had, as long as it lives.
  func run() throws -> (output: TallyTool.Output, peakKilobytes: Int) {
    let tool = try TallyTool().start(
      arguments.split(separator: " ").map(String.init),
      environment: [
        "TALLY_REDIS_URL": redis.url(), "TALLY_MYSQL_URL": mysql.url(database: database),
        "TALLY_LOCK_DIR": folder, "TALLY_LOG_DIR": folder,
      ])
    var peak = 0
    _ = eventually(within: 900) {
      let path = "/proc/\(tool.processIdentifier)/status"
      let status = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
      let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
      peak = max(peak, line.flatMap { Int($0.filter(\.isNumber)) } ?? 0)
      return tool.hasEnded
    }
    return (try tool.wait(), peak)
  }

  /// From `cmdstat_evalsha:calls=50,usec=…`.
  func scriptCount() throws -> Int {
    let stats = try redis.run(["INFO", "commandstats"])
    return stats.firstMatch(of: /cmdstat_evalsha:calls=(\d+)/).flatMap { Int($0.1) } ?? 0
  }

  func isAllDone(_ count: Int) throws -> Bool {
    let left = try redis.run(["DBSIZE"])
    switch job {
    case .rollOver: return left == "\(count + 1)"
    case .archive:
      let sum = try mysql.run("SELECT SUM(show_count) FROM ad_ctr", database: database)
      return left == "1" && sum == "\(3 * count)"
    case .sync, .expire:
      let rows = try mysql.run("SELECT COUNT(*) FROM login_month", database: database)
      return rows == "\(count)" && left == (job == .sync ? "\(count)" : "0")
    }
  }
}
