import Jobs
import Rules

/// The service's own account of what it counted, beside the servers, and the comparison of the two.
struct Books {
  private(set) var checkCount = 0

  private let world: World
  private let clock: LocalClock
  private var oracle: Oracle

  init(of world: World, codes: [[UInt8]], clock: LocalClock) {
    self.world = world
    self.clock = clock
    oracle = Oracle(
      counters: codes.flatMap { code in
        ["show", "click"].map { Counter(code: code, metric: $0) }
      })
  }

  var counters: [Counter] { oracle.counters }

  // MARK: The live service

  mutating func count(_ counter: Counter, _ amount: UInt64) throws {
    try world.count(counter, amount)
    oracle.count(counter, amount)
  }

  mutating func logIn(_ user: (type: [UInt8], id: [UInt8]), on day: Int, of month: Month) throws {
    let key = LoginKey(month: "\(month)", type: user.type, id: user.id)
    try world.logIn(key, on: day)
    oracle.logIn(key, on: day)
  }

  /// FLUSHALL, with the account of what went with it.
  mutating func emptyRedis(withRunsOnTheirWay: Bool) throws {
    let before = try snapshot()
    try world.send("FLUSHALL")
    oracle.lostRedis(before, withRunsOnTheirWay: withRunsOnTheirWay)
  }

  // MARK: Checks

  /// Whether what both servers hold is what was counted, now; returns what they hold.
  @discardableResult
  mutating func check() throws -> Snapshot {
    checkCount += 1
    let snapshot = try snapshot()
    let findings = oracle.check(snapshot)
    guard findings.texts.isEmpty else {
      throw ModelFailure(
        "lost \(findings.lost), doubled \(findings.doubled): "
          + findings.texts.joined(separator: "; "),
        lost: findings.lost, doubled: findings.doubled)
    }
    return snapshot
  }

  private func snapshot() throws -> Snapshot {
    try Snapshot(of: world, counters: oracle.counters)
  }

  /// Runs a job straight to the servers and to its end, where nothing goes wrong any more.
  @discardableResult
  func runCleanly(_ work: Work) throws -> RunReport {
    let context = try world.context(clock: clock)
    let outcome = Jobs.run(try work.job(logFolder: world.logFolder), in: context)
    let code = ExitStatus(of: outcome).code
    guard code == 0 else {
      throw ModelFailure(
        "\(work.arguments) ended with \(code) though nothing was wrong: "
          + "\(outcome.failure.map { "\($0)" } ?? "\(outcome.report)")")
    }
    return outcome.report
  }

  /// Lets an hour, days and months pass without a fault, and expects everything in MySQL, nothing left
  /// in Redis but tally's own state, and a second round that changes nothing anywhere.
  mutating func settle() throws {
    try check()
    try world.setClock(world.latest + 3700)
    try runCleanly(.rollOver(hour: nil))
    try world.setClock(world.latest + 4 * 86_400)
    try runCleanly(.archive(days: nil, keepDays: 2))
    try check()
    try world.setClock(world.latest + 100 * 86_400)
    try runAllCleanly()

    let settled = try check()
    let digest = try world.send("DEBUG", "DIGEST")
    let left = settled.live.keys.map { "\($0)" } + settled.bitmaps.keys.map { "\($0)" }
    guard left.isEmpty, settled.dayHashDays.isEmpty else {
      throw ModelFailure("left in redis: \(left) and day hashes of \(settled.dayHashDays)")
    }
    let changedCount = try runAllCleanly()
    guard changedCount == 0, try world.send("DEBUG", "DIGEST") == digest,
      try snapshot() == settled
    else { throw ModelFailure("a second round changed something: \(changedCount) rows") }
  }

  /// How many rows changed.
  @discardableResult
  private func runAllCleanly() throws -> Int {
    let today = clock.day(at: world.now)
    let works: [Work] = [
      .rollOver(hour: nil), .archive(days: nil, keepDays: 2),
      .sync(months: SyncRule.months(asOf: today)), .expire(asOf: today),
    ]
    return try works.reduce(0) { try $0 + runCleanly($1).changed }
  }
}

/// What a schedule found wrong.
struct ModelFailure: Error, CustomStringConvertible {
  let description: String
  let lost: UInt64
  let doubled: UInt64

  init(_ description: String, lost: UInt64 = 0, doubled: UInt64 = 0) {
    self.description = description
    self.lost = lost
    self.doubled = doubled
  }
}
