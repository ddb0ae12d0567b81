import Foundation
import TestServers
import Testing

/// A right that the Redis account lacks, one at a time. The documented ones are enough: that, and the
/// rollover's, `CommandTests.RightsTests` and `JobsTests.RolloverRefusalTests` prove.
struct RedisRightsTests {
  /// What each job cannot do without. `eval` stands for itself and `evalsha`, which replace each other.
  private static let needed: [SiteJob: [String]] = [
    .rollOver: [
      "eval", "time", "getrange", "del", "hget", "hset", "hlen", "hincrby", "scan", "info", "pttl",
    ],
    .archive: [
      "eval", "time", "del", "hget", "hset", "hlen", "hgetall", "scan", "info", "pttl", "persist",
    ],
    .sync: ["getrange", "scan", "info", "pttl"],
    .expire: ["eval", "getrange", "del", "scan", "info", "pttl"],
  ]

  /// What no job needs as long as no key has an expiry time.
  private static let forExpiryTimes = ["pttl", "persist"]

  private static let account = ["TALLY_REDIS_PASSWORD": "geheim"]

  private func grant(_ site: Site, without right: String?) throws {
    let readme = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../../cron/README.md")
    let text = try String(contentsOf: readme, encoding: .utf8)
    let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("ACL SETUSER ") })
    let lost = right == "eval" ? ["+eval", "+evalsha"] : right.map { ["+\($0)"] } ?? []
    let words = line.split(separator: " ").map(String.init).filter {
      $0 != ">PASSWORD" && !lost.contains($0)
    }
    #expect(words.count + lost.count + 1 == line.split(separator: " ").count)
    try site.redis.run(["ACL", "SETUSER", "tally", "reset"])
    #expect(try site.redis.run(words + [">geheim"]) == "OK")
  }

  private func variables(_ site: Site) -> [String: String] {
    ["TALLY_REDIS_URL": "unix://tally@\(site.redis.socketPath)?db=0"]
      .merging(RedisRightsTests.account) { $1 }
  }

  @Test(arguments: SiteJob.allCases)
  func withoutARightNothingIsLostOrDoubledAndTheRightIsMissed(job: SiteJob) throws {
    let site = try Site()
    for right in try #require(Self.needed[job]) {
      try site.empty()
      try site.arrange(for: job)
      let keys = try site.keys()
      if Self.forExpiryTimes.contains(right) {
        for key in keys where key != "tally:adstat" {
          try site.redis.run(["EXPIRE", key, "1000000"])
        }
      }
      try grant(site, without: right)
      let output = try site.run(job, "", variables(site))
      #expect(output.exitCode == 77, "\(right): \(output.stderr)")
      #expect(output.stderr.contains("HINT: "), "\(right)")
      let left = try site.keys()
      #expect(keys.allSatisfy(left.contains), "\(right)")
      if job == .rollOver { #expect(try site.redis.run(["GET", "A_show"]) == "5", "\(right)") }
      // What was committed before is right, or nothing was.
      #expect(try [[], Site.totals].contains(site.totals()), "\(right)")
      try grant(site, without: nil)
      #expect(try site.run(job, "", variables(site)).exitCode == 0, "\(right)")
      if job == .archive { #expect(try site.totals() == Site.totals, "\(right)") }
    }
    try site.expectSettled()
  }
}
