import Foundation
import Jobs
import TestServers
import Testing

/// A Redis that goes away and comes back, or forgets its scripts, while a job is at work.
struct RedisRestartTests {
  private static let keyCount = 3000
  private static let durable = ["appendonly yes", "appendfsync always"]

  /// Enough keys for a walk of several pages. The images have one show each.
  private func fill(_ site: Site, for job: SiteJob) throws {
    let command =
      switch job {
      case .rollOver: "'SET', 'image-' .. i .. '_show', 1"
      case .archive:
        "'HSET', 'image-' .. i .. '_day_show_2026-11-20', 8, 1, 'lineage', '\(Self.lineage)'"
      case .sync: "'SETBIT', 'loginLog_2026-11_web_' .. i, 9, 1"
      case .expire: "'SETBIT', 'loginLog_2026-08_web_' .. i, 20, 1"
      }
    try site.perform(.rollOver)
    try site.redis.run(
      ["EVAL", "for i = 1, \(Self.keyCount) do redis.call(\(command)) end", "0"])
    if job == .archive { try site.setClock(Site.night) }
  }

  private static let lineage = "0123456789abcdef0123456789abcdef"

  private func expectAllThere(_ site: Site, after job: SiteJob) throws {
    let count = "\(RedisRestartTests.keyCount)"
    for _ in 1...2 { #expect(try site.perform(job).failure == nil) }
    if job == .rollOver {
      try site.setClock(Site.night)
      for _ in 1...2 { #expect(try site.perform(.archive).failure == nil) }
    }
    switch job {
    case .rollOver, .archive:
      #expect(
        try site.query("SELECT COUNT(DISTINCT code), SUM(show_count) FROM ad_ctr")
          == ["\(count)\t\(count)"])
      #expect(try site.keys() == ["tally:adstat"])
    case .sync, .expire:
      #expect(try site.query("SELECT COUNT(*) FROM login_month") == [count])
      #expect(try site.keys().count == (job == .sync ? RedisRestartTests.keyCount + 1 : 1))
    }
  }

  /// The cursor of a walk means nothing to the server that started again: going on with it would miss
  /// keys. At the first page, and at one in the middle.
  @Test(arguments: SiteJob.allCases, [1, 3])
  func aRestartInTheMiddleOfTheWalkCostsNoKey(job: SiteJob, step: Int) throws {
    let site = try Site(redis: RedisRestartTests.durable)
    try fill(site, for: job)
    let redis = site.redis
    let observer = HarmfulObserver(at: step) {
      redis.kill()
      try redis.restart()
    }
    let outcome = try site.perform(job, observer: observer)
    #expect(observer.failures == [] && observer.stepCount >= step)
    #expect(outcome.failure == nil)
    #expect(outcome.report.found == RedisRestartTests.keyCount)
    try expectAllThere(site, after: job)
  }

  @Test(arguments: SiteJob.allCases)
  func scriptsThatAreForgottenAgainAndAgainAreSentAgain(job: SiteJob) throws {
    let site = try Site()
    try fill(site, for: job)
    let redis = site.redis
    let observer = HarmfulObserver(at: nil) { try redis.run(["SCRIPT", "FLUSH"]) }
    let outcome = try site.perform(job, observer: observer)
    #expect(observer.failures == [] && observer.stepCount > 1)
    #expect(outcome.failure == nil)
    #expect(outcome.report.found == RedisRestartTests.keyCount)
    try expectAllThere(site, after: job)
  }
}

/// A Redis that died while it wrote its log of commands: what a script did stands there as one
/// MULTI … EXEC, of which the end may be missing.
struct CutRedisLogTests {
  private static let images = 1...20

  @Test func ofAMoveThatWasCutOffEverythingIsThereOrNothing() throws {
    let site = try Site(redis: [
      "appendonly yes", "appendfsync always", "aof-load-truncated yes", "aof-use-rdb-preamble no",
    ])
    try site.perform(.rollOver)
    for image in Self.images { try site.redis.run(["INCRBY", "i\(image)_show", "\(image)"]) }
    #expect(try site.perform(.rollOver).report.changed == Self.images.count)
    site.redis.kill()

    let folder = "\(site.redis.folder)/appendonlydir"
    let saved = "\(site.folder)/saved"
    try FileManager.default.copyItem(atPath: folder, toPath: saved)
    let name = try #require(
      FileManager.default.contentsOfDirectory(atPath: folder).first { $0.hasSuffix(".incr.aof") })
    let log = try Data(contentsOf: URL(filePath: "\(saved)/\(name)"))
    let move = try #require(Self.lastMove(in: log))
    let cuts = stride(from: move.lowerBound + 1, to: move.upperBound, by: move.count / 5)
    for cut in Array(cuts) + [move.upperBound - 1, move.upperBound] {
      site.redis.kill()
      try FileManager.default.removeItem(atPath: folder)
      try FileManager.default.copyItem(atPath: saved, toPath: folder)
      try log.prefix(cut).write(to: URL(filePath: "\(folder)/\(name)"))
      try site.redis.restart()
      let isWhole = cut == move.upperBound
      #expect(try counts(site, of: { "i\($0)_show" }) == (isWhole ? [] : Array(Self.images)))
      #expect(try hashes(site) == (isWhole ? Array(Self.images) : []))
      for _ in 1...2 { #expect(try site.perform(.rollOver).failure == nil) }
      #expect(try hashes(site) == Array(Self.images))
      #expect(try counts(site, of: { "i\($0)_show" }) == [])
    }
    try site.expectSettled(Self.images.map { "i\($0) \($0) 0" }.sorted(), logins: [])
  }

  /// The bytes from the last MULTI that moves counters to the end of its EXEC.
  private static func lastMove(in log: Data) -> Range<Int>? {
    let end = Data("$4\r\nEXEC\r\n".utf8)
    guard let count = log.range(of: Data("HINCRBY".utf8), options: .backwards),
      let begin = log.range(
        of: Data("*1\r\n$5\r\nMULTI\r\n".utf8), options: .backwards, in: 0..<count.lowerBound),
      let exec = log.range(of: end, in: count.upperBound..<log.count)
    else { return nil }
    return begin.lowerBound..<exec.upperBound
  }

  private func counts(_ site: Site, of key: (Int) -> String) throws -> [Int] {
    try site.redis.run(["MGET"] + Self.images.map(key)).split(separator: "\n").compactMap {
      Int($0)
    }
  }

  private func hashes(_ site: Site) throws -> [Int] {
    try Self.images.compactMap {
      Int(try site.redis.run(["HGET", "i\($0)_day_show_2026-11-20", "8"]))
    }
  }
}
