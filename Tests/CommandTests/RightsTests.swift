import Foundation
import TestServers
import Testing

/// The rights that cron/README.md tells people to give.
struct RightsTests {
  /// The documented line, without its password, for another one; and what is added for the shelf.
  private func documentedRights() throws -> [String] { try documentedLines()[0] }

  private func documentedLines() throws -> [[String]] {
    let readme = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../cron/README.md")
    let text = try String(contentsOf: readme, encoding: .utf8)
    let lines = text.split(separator: "\n").filter { $0.hasPrefix("ACL SETUSER ") }
    try #require(lines.count == 2)
    return lines.map { words(String($0)).filter { $0 != ">PASSWORD" } }
  }

  @Test func theDocumentedRedisRightsSufficeForAllJobs() throws {
    let redis = try RedisServer()
    let installation = try Installation(redis: redis)
    #expect(try redis.run(documentedRights() + [">geheim"]) == "OK")
    let account = [
      "TALLY_REDIS_URL": "unix://tally@\(redis.socketPath)?db=0", "TALLY_REDIS_PASSWORD": "geheim",
    ]
    try redis.run(["MSET", "A_show", "5", "A_click", "1"])
    try redis.run(["SETBIT", "loginLog_2026-08_web_7", "20", "1"])
    for job in [
      "adstat report", "adstat rollover-hour --hour 2020-02-29T09",
      "adstat report --from 2020-02-29 --to 2020-02-29", "adstat archive-day",
      "loginlog sync-week --month 2026-08", "loginlog expire --as-of 2026-11-20",
      "adstat rollover-hour --source catalog", "loginlog range web 7 2026-07-01 2026-08-31",
      "loginlog active 2026-08-01 2026-08-31", "status", "verify", "doctor",
    ] {
      let output = try installation.run(job, account)
      #expect(output.exitCode == 0, "\(job): \(output.stderr)")
    }
    #expect(try redis.run(["KEYS", "*"]) == "tally:adstat")
  }

  @Test func theDocumentedRightsSufficeForSketches() throws {
    let redis = try RedisServer()
    let installation = try Installation(redis: redis)
    #expect(try redis.run(documentedRights() + [">geheim"]) == "OK")
    let account = [
      "TALLY_REDIS_URL": "unix://tally@\(redis.socketPath)?db=0", "TALLY_REDIS_PASSWORD": "geheim",
    ]
    try redis.run(["PFADD", "A_uv_2020-02-29", "x"])
    for command in [
      "cpc update cpc:a_2020-02-29 x y", "cpc update cpc:b x --ex 100",
      "cpc update cpc:b x --ex -1",
      "cpc update2jud cpc:b x --pxat 4000000000000", "cpc merge cpc:b cpc:a_2020-02-29",
      "cpc estimate cpc:a_2020-02-29 cpc:b", "cpc array update cpc:t 5 x --win 1 --size 1",
      "cpc array update cpc:t 6 x --px 99999", "cpc array range cpc:t 1 9",
      "cpc array range-merge cpc:t 9 9", "cpc archive-day",
    ] {
      let output = try installation.run(command, account)
      #expect(output.exitCode == 0, "\(command): \(output.stderr)")
    }
    #expect(try redis.run(["KEYS", "*2020*"]) == "")
    // A key of others is none of this account's.
    let output = try installation.run("cpc estimate somebody", account)
    #expect(output.exitCode == 77 && output.stderr.contains("HINT: "), "\(output)")
  }

  @Test func markingALoginNeedsOneRightMore() throws {
    let redis = try RedisServer()
    let installation = try Installation(redis: redis)
    let account = ["TALLY_REDIS_URL": "unix://tally@\(redis.socketPath)?db=0"]
    #expect(try redis.run(documentedRights() + ["nopass"]) == "OK")
    #expect(try installation.run("loginlog mark web 7", account).exitCode == 77)
    #expect(try redis.run(documentedRights() + ["nopass", "+setbit"]) == "OK")
    #expect(try installation.run("loginlog mark web 7", account).exitCode == 0)
  }

  @Test func theDocumentedRightsSufficeForTheShelf() throws {
    let redis = try RedisServer()
    let installation = try Installation(redis: redis)
    for line in try documentedLines() { try redis.run(line + [">geheim"]) }
    let account = [
      "TALLY_REDIS_URL": "unix://tally@\(redis.socketPath)?db=0", "TALLY_REDIS_PASSWORD": "geheim",
    ]
    for command in [
      "adstat image add banner-7 --url u", "adstat image add banner-8 --url u",
      "adstat style add web top --code banner-7 --code banner-8", "adstat shelve",
      "adstat image remove banner-7", "adstat rollover-hour",
    ] {
      let output = try installation.run(command, account)
      #expect(output.exitCode == 0, "\(command): \(output.stderr)")
    }
    #expect(try redis.run(["HKEYS", "adstat:shelf:web"]) == "banner-8")
    try redis.run(["HSET", "adstat:shelf:web", "banner-0", "x"])
    #expect(try installation.run("adstat shelve", account).exitCode == 0)
    #expect(try redis.run(["HKEYS", "adstat:shelf:web"]) == "banner-8")
  }

  @Test(arguments: ["+set", "+hmget", "+getrange"])
  func withoutARightOfTheShelfItIsMissed(right: String) throws {
    let redis = try RedisServer()
    let installation = try Installation(redis: redis)
    for line in try documentedLines() {
      try redis.run(line.filter { $0 != right } + [">geheim"])
    }
    let account = [
      "TALLY_REDIS_URL": "unix://tally@\(redis.socketPath)?db=0", "TALLY_REDIS_PASSWORD": "geheim",
    ]
    _ = try installation.run("adstat image add banner-7 --url u")
    _ = try installation.run("adstat style add web top --code banner-7")
    let output = try installation.run("adstat shelve", account)
    #expect(output.exitCode == 77 && output.stderr.contains("HINT: "), "\(output)")
    #expect(try redis.run(["EXISTS", "banner-7"]) == "0")
  }

  @Test(arguments: ["+hincrby", "+del", "+scan", "+info"])
  func withoutARightNothingIsMovedAndTheRightIsMissed(right: String) throws {
    let redis = try RedisServer()
    let installation = try Installation(redis: redis)
    #expect(
      try redis.run(documentedRights().filter { $0 != right } + [">geheim"]) == "OK")
    try redis.run(["SET", "A_show", "5"])
    let output = try installation.run(
      "adstat rollover-hour",
      [
        "TALLY_REDIS_URL": "unix://tally@\(redis.socketPath)?db=0",
        "TALLY_REDIS_PASSWORD": "geheim",
      ])
    #expect(output.exitCode == 77)
    #expect(output.stderr.contains("HINT: "))
    #expect(try redis.run(["GET", "A_show"]) == "5")
  }
}
