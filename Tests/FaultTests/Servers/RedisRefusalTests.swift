import Jobs
import TestServers
import Testing

/// Redis servers that are not fit to hold counters, or have no room for them.
struct RedisRefusalTests {
  @Test(arguments: ["allkeys-lru", "allkeys-lfu", "allkeys-random"])
  func aServerThatMayEvictAnyKeyIsRefusedByEveryCommand(policy: String) throws {
    let site = try Site(redis: ["maxmemory-policy \(policy)"])
    try site.fill()
    let fingerprint = try site.fingerprint()
    for job in SiteJob.allCases {
      let output = try site.run(job)
      #expect(output.exitCode == 78, "\(job): \(output.stderr)")
      #expect(output.stderr.contains(policy) && output.stderr.contains("\nHINT: "))
    }
    for command in try SiteCommand.carrying(on: site) {
      let output = try site.run(command)
      #expect(output.exitCode == 78 && output.stderr.contains(policy), "\(command): \(output)")
    }
    #expect(try site.fingerprint() == fingerprint)
    try site.redis.run(["CONFIG", "SET", "maxmemory-policy", "noeviction"])
    try site.expectSettled()
  }

  /// By a policy that is let through, since it spares keys without an expiry time.
  @Test(arguments: SiteJob.allCases)
  func keysThatAreEvictedDuringARunAreWarnedOf(job: SiteJob) throws {
    let site = try Site(redis: ["maxmemory-policy volatile-lru"])
    try site.arrange(for: job)
    for number in 1...20 { try site.redis.run(["SET", "other:\(number)", "1", "EX", "100000"]) }
    let redis = site.redis
    let observer = HarmfulObserver(at: 1) {
      try redis.run(["CONFIG", "SET", "maxmemory", "1"])
      guard try eventually({ try !redis.run(["INFO", "stats"]).contains("evicted_keys:0\r") })
      else { throw TestFailure("nothing was evicted") }
      try redis.run(["CONFIG", "SET", "maxmemory", "0"])
    }
    let outcome = try site.perform(job, observer: observer)
    #expect(observer.failures == [])
    #expect(outcome.failure == nil)
    #expect(observer.warnings.filter { $0.hasPrefix("redis evicted ") }.count == 1)
    try site.redis.run(["CONFIG", "SET", "maxmemory-policy", "noeviction"])
    try site.redis.run([
      "EVAL",
      "for _, k in ipairs(redis.call('KEYS', 'other:*')) do "
        + "redis.call('DEL', k) end", "0",
    ])
    try site.expectSettled()
  }

  @Test func aServerWithoutRoomKeepsWhatCannotMoveAndSaysTryAgain() throws {
    let site = try Site()
    try site.perform(.rollOver)
    try site.fill()
    try site.redis.run(["CONFIG", "SET", "maxmemory", "1"])
    let fingerprint = try site.fingerprint()
    let output = try site.run(.rollOver)
    #expect(output.exitCode == 75, "\(output.stderr)")
    #expect(output.stderr.contains("HINT: Redis has reached maxmemory"))
    #expect(try site.fingerprint() == fingerprint)
    try site.redis.run(["CONFIG", "SET", "maxmemory", "0"])
    try site.perform(.rollOver)
    try site.setClock(Site.night)
    try site.redis.run(["CONFIG", "SET", "maxmemory", "1"])
    #expect(try site.run(.archive).exitCode == 75)
    #expect(try site.redis.run(["HGET", "A_day_show_2026-11-20", "8"]) == "5")
    // These two write nothing into Redis, or only take from it.
    #expect(try site.run(.sync).exitCode == 0)
    #expect(try site.run(.expire).exitCode == 0)
    try site.redis.run(["CONFIG", "SET", "maxmemory", "0"])
    try site.expectSettled()
  }

  @Test func aClusterIsRefusedByEveryCommandAndTheHintNamesTheSetting() throws {
    let site = try Site(redis: ["cluster-enabled yes", "databases 1"])
    let digest = try site.redis.run(["DEBUG", "DIGEST"])
    for job in SiteJob.allCases {
      let output = try site.run(job)
      #expect(output.exitCode == 78, "\(job): \(output.stderr)")
      #expect(output.stderr.contains("TALLY_HASH_TAGS"))
    }
    for command in try SiteCommand.carrying(on: site) {
      #expect(try site.run(command).exitCode == 78, "\(command)")
    }
    #expect(try site.redis.run(["DEBUG", "DIGEST"]) == digest)
  }

  @Test func expiryTimesAreReportedAndTheCountsOutliveThem() throws {
    let site = try Site()
    try site.fill()
    try site.redis.run(["EXPIRE", "A_show", "3000"])
    try site.redis.run(["EXPIRE", "loginLog_2026-11_web_1", "30000000"])
    let moved = try site.run(.rollOver)
    #expect(moved.exitCode == 0 && moved.stderr.contains("warning: A_show had a TTL"))
    // Somebody gives the day's hash one, too; the next move of its image takes it off.
    try site.redis.run(["EXPIRE", "A_day_show_2026-11-20", "3000"])
    try site.redis.run(["INCR", "A_show"])
    #expect(try site.run(.rollOver).stderr.contains("the day hash of A_show had a TTL"))
    #expect(try site.redis.run(["PTTL", "A_day_show_2026-11-20"]) == "-1")
    let synced = try site.run(.sync)
    #expect(synced.exitCode == 0)
    #expect(synced.stderr.contains("warning: loginLog_2026-11_web_1 has a TTL"))
    try site.expectSettled(["A 6 1", "B 7 0"])
  }
}
