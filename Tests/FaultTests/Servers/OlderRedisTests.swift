import Foundation
import Jobs
import TestServers
import Testing

/// A Redis that comes back older than it was, or empty.
struct OlderRedisTests {
  private func expectRefused(_ site: Site) throws {
    let fingerprint = try site.fingerprint()
    for job in [SiteJob.rollOver, .archive] {
      for more in ["", "--dry-run"] {
        let output = try site.run(job, more)
        #expect(output.exitCode == 76, "\(job) \(more): \(output.stderr)")
        #expect(output.stderr.contains("redis is older than an archive"))
        #expect(output.stderr.contains("\nHINT: Bring back the newer Redis."))
      }
    }
    #expect(try site.run(["adstat", "shelve"]).exitCode == 76)
    #expect(try site.fingerprint() == fingerprint)
    // Login bits are merged by OR: to merge what is there already does no harm.
    for job in [SiteJob.sync, .expire] { #expect(try site.run(job).exitCode == 0) }
  }

  @Test(arguments: MySQLServer.available)
  func aSnapshotFromBeforeAnArchiveIsRefusedByTheCommands(flavor: MySQLServer.Flavor) throws {
    let site = try Site(flavor)
    try site.perform(.rollOver)
    try site.fill()
    try site.redis.run(["SAVE"])
    try site.perform(.rollOver)
    try site.setClock(Site.night)
    try site.perform(.archive)
    #expect(try site.totals() == Site.totals)
    site.redis.kill()
    try site.redis.restart()
    #expect(try site.redis.run(["GET", "A_show"]) == "5")
    try expectRefused(site)
    #expect(try site.totals() == Site.totals)
  }

  /// Redis kept its file of before, and somebody put the counters and the state back by hand.
  @Test func aSnapshotWithTheDayStillHeldIsRefusedToo() throws {
    let site = try Site()
    try site.arrange(for: .archive)
    try site.redis.run(["SAVE"])
    try site.perform(.archive)
    site.redis.kill()
    try site.redis.restart()
    #expect(try site.redis.run(["HGET", "A_day_show_2026-11-20", "8"]) == "5")
    try expectRefused(site)
  }

  @Test func anEmptiedRedisIsANewLifeThatIsSaidOnceAndCountsNothingTwice() throws {
    let site = try Site()
    try site.arrange(for: .archive)
    try site.perform(.archive)
    try site.redis.run(["FLUSHALL"])
    try site.setClock(Site.morning)
    try site.redis.run(["SET", "A_show", "4"])
    try site.perform(.rollOver)
    try site.setClock(Site.night)
    var told = ""
    for _ in 1...3 {
      let output = try site.run(.archive, "--log-level info")
      #expect(output.exitCode == 0)
      told += output.stderr
    }
    #expect(told.components(separatedBy: "a new life of redis").count == 2, "\(told)")
    #expect(told.contains("is epoch 2"))
    // The hour was counted in both lives: the view adds them up.
    #expect(
      try site.query(
        "SELECT hour, show_count, click_count FROM ad_ctr_hour WHERE code = 'A'") == ["8\t9\t1"])
    try site.expectSettled(["A 9 1", "B 7 0"], logins: [])
  }
}

/// Two servers, one the copy of the other.
struct ReplicaTests {
  private struct Pair {
    let site: Site
    let replica: RedisServer
    private let port: Int

    init() throws {
      port = try freeTCPPort()
      site = try Site(redis: ["port \(port)", "bind 127.0.0.1", "repl-diskless-sync-delay 0"])
      replica = try RedisServer(environment: site.clock.environment)
      try replica.run(["REPLICAOF", "127.0.0.1", "\(port)"])
      guard
        try eventually({
          try replica.run(["INFO", "replication"]).contains("master_link_status:up")
        })
      else { throw TestFailure("the replica did not find its master") }
    }

    /// All that was written until now is on both.
    func wait() throws {
      let isSame = try eventually {
        try site.redis.run(["DEBUG", "DIGEST"]) == replica.run(["DEBUG", "DIGEST"])
      }
      guard isSame else { throw TestFailure("the replica did not catch up") }
    }

    /// From here on the copy lags behind.
    func cut() throws { try replica.run(["REPLICAOF", "127.0.0.1", "1"]) }

    func promote() throws {
      site.redis.kill()
      try replica.run(["REPLICAOF", "NO", "ONE"])
    }

    var url: [String: String] { ["TALLY_REDIS_URL": replica.url()] }
  }

  @Test func aReplicaIsRefusedByEveryCommandAndNothingMoves() throws {
    let pair = try Pair()
    try pair.site.fill()
    try pair.wait()
    let fingerprint = try pair.site.fingerprint()
    let digest = try pair.replica.run(["DEBUG", "DIGEST"])
    for command in try SiteCommand.carrying(on: pair.site) {
      let output = try pair.site.run(command, pair.url)
      #expect(output.exitCode == 69, "\(command): \(output.stderr)")
    }
    for job in SiteJob.allCases {
      let output = try pair.site.run(job, "", pair.url)
      #expect(output.exitCode == 69, "\(job): \(output.stderr)")
      #expect(output.stderr.contains("redis is a replica"))
    }
    #expect(try pair.site.fingerprint() == fingerprint)
    #expect(try pair.replica.run(["DEBUG", "DIGEST"]) == digest)
    try pair.site.expectSettled()
  }

  /// It lacks what its master forgot, and holds it again.
  @Test func aReplicaFromBeforeTheArchiveIsRefusedOnceItIsPromoted() throws {
    let pair = try Pair()
    try pair.site.arrange(for: .archive)
    try pair.wait()
    try pair.cut()
    try pair.site.perform(.archive)
    try pair.promote()
    #expect(try pair.replica.run(["EXISTS", "A_day_show_2026-11-20"]) == "1")
    let digest = try pair.replica.run(["DEBUG", "DIGEST"])
    for job in [SiteJob.rollOver, .archive] {
      #expect(try pair.site.run(job, "", pair.url).exitCode == 76)
    }
    #expect(try pair.replica.run(["DEBUG", "DIGEST"]) == digest)
    #expect(try pair.site.totals() == Site.totals)
  }

  /// What Redis itself lost is lost, and nothing else; what it kept is not counted again.
  @Test func aReplicaFromAfterTheArchiveIsShortOfWhatItNeverGotAndNoMore() throws {
    let pair = try Pair()
    try pair.site.arrange(for: .archive)
    #expect(try pair.site.perform(.archive, keepDays: 2).failure == nil)
    try pair.site.redis.run(["INCRBY", "B_show", "10"])
    try pair.wait()
    try pair.cut()
    try pair.site.redis.run(["INCRBY", "A_show", "3"])
    try pair.promote()
    for _ in 1...2 {
      #expect(try pair.site.run(.rollOver, "", pair.url).exitCode == 0)
      #expect(try pair.site.run(.archive, "", pair.url).exitCode == 0)
    }
    try pair.site.setClock(Site.later)
    for _ in 1...2 { #expect(try pair.site.run(.archive, "", pair.url).exitCode == 0) }
    #expect(try pair.site.totals() == ["A 5 1", "B 17 0"])
    #expect(try pair.replica.run(["KEYS", "*_day_*"]) == "")
  }
}
