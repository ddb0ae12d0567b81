import RedisClient
import Rules
import TestServers
import Testing

@testable import Jobs

/// Random histories of logins, syncs, expiries and late logins, and thousands of questions about them;
/// a set of days for each user knows the right answers. Today is 2026-11-20.
struct LoginOracleTests {
  @Test(arguments: MySQLServer.available, [UInt64.random(in: 0 ... .max)])
  func everyQuestionIsAnsweredRight(_ flavor: MySQLServer.Flavor, seed: UInt64) throws {
    var history = try History(flavor, seed: seed)
    for _ in 0..<4 {
      try history.goOn()
      let questions = try LoginQuestions(history.fixture.context())
      for _ in 0..<500 {
        let (user, range) = history.question()
        let answer = try questions.days(of: user, in: range)
        #expect(answer.days == history.days(of: user, in: range), "\(user) \(range) seed \(seed)")
        #expect(answer.rejectedCount == 0)
      }
      for _ in 0..<5 {
        let range = history.range()
        var active = ActiveUsers(
          range: range, temporaryDirectory: history.folder.path)
        active.recordsInMemoryMax = history.below(20) + 1
        var told: [UserKey: Int] = [:]
        _ = try active.forEach(in: history.fixture.context()) { user, dayCount in
          #expect(told.updateValue(dayCount, forKey: user) == nil, "\(user) comes twice")
        }
        #expect(told == history.active(in: range), "\(range) seed \(seed)")
      }
    }
  }
}

private struct History {
  let fixture: LoginFixture
  let folder: LogFolder
  private var generator: SplitMix
  private var logins: [UserKey: Set<CivilDay>] = [:]

  private static let first = CivilDay("2023-12-01")!
  private static let today = CivilDay("2026-11-20")!
  /// Types and ids that would be mistaken for each other by whoever is careless.
  private static let names = [
    ("app", "7"), ("app", "7 "), ("App", "7"), ("app", "7_7"), ("a", "pp_7"), ("web", "*"),
    ("web", "\u{1F600}"), ("web", "x'00'\\"), ("a", "\u{0}\n"),
  ]
  private static let users =
    names.map { UserKey(type: Array($0.utf8), id: Array($1.utf8))! }
    + [UserKey(type: [255], id: [254])!]

  init(_ flavor: MySQLServer.Flavor, seed: UInt64) throws {
    fixture = try LoginFixture(flavor)
    folder = try LogFolder()
    generator = SplitMix(state: seed)
  }

  mutating func below(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &generator) }

  /// Some logins, most of them late, then a sync of some month or an expiry.
  mutating func goOn() throws {
    var commands: [RedisCommand] = []
    for _ in 0..<150 {
      let user = History.users[below(History.users.count)]
      let day = day()
      logins[user, default: []].insert(day)
      let key =
        Array("loginLog_\(day.month)_".utf8) + user.type + [UInt8(ascii: "_")] + user.id
      commands.append(
        RedisCommand("SETBIT", [key, Array("\(day.dayOfMonth)".utf8), [UInt8(ascii: "1")]]))
    }
    _ = try fixture.redis.pipeline(commands)
    for _ in 0..<4 { _ = try fixture.sync(day().month.description) }
    guard below(3) > 0 else { return }
    let rule = ExpiryRule(asOf: History.today, afterDays: 32 + below(300))!
    let expired = try fixture.perform(Expire(rule: rule, logDirectory: folder.path))
    #expect(expired.forgotten == expired.found)
  }

  mutating func question() -> (UserKey, DayRange) {
    (History.users[below(History.users.count)], range())
  }

  /// A day, a month, a few days over a month's end, or anything.
  mutating func range() -> DayRange {
    let day = day()
    switch below(4) {
    case 0: return DayRange(day)
    case 1: return DayRange(day.month)
    case 2:
      let end = DayRange(day.month).last
      return DayRange(end.advanced(by: -below(3)), through: end.advanced(by: below(3)))!
    default: return DayRange(day, through: day.advanced(by: below(500)))!
    }
  }

  func days(of user: UserKey, in range: DayRange) -> [CivilDay] {
    (logins[user] ?? []).filter { range.first <= $0 && $0 <= range.last }.sorted()
  }

  func active(in range: DayRange) -> [UserKey: Int] {
    var counts: [UserKey: Int] = [:]
    for user in logins.keys {
      let count = days(of: user, in: range).count
      if count > 0 { counts[user] = count }
    }
    return counts
  }

  private mutating func day() -> CivilDay {
    History.first.advanced(by: below(History.today.index - History.first.index + 1))
  }
}

/// SplitMix64: the same numbers for the same seed.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
