import Jobs
import Rules
import TestServers

/// One random history: a live service, runs of the jobs beside each other, faults, and at the end the
/// account. All of it follows from the seed.
final class Schedule {
  private let seed: UInt64
  private var random: SeededGenerator
  private let world: World
  private let zone: String
  private let clock: LocalClock
  private let crowd: Crowd
  private let users: [(type: [UInt8], id: [UInt8])]
  private var books: Books
  private var startsLeft: Int
  private var disturbances: [Disturbance] = []

  private enum Disturbance {
    case redisRestarts, mysqlRestarts, redisIsEmptied, scriptsAreFlushed, sessionsAreKilled
    case clientsAreKilled
  }

  private static let runsAtOnceMax = 3

  init(seed: UInt64, in world: World) throws {
    self.seed = seed
    self.world = world
    var random = SeededGenerator(seed: seed)
    zone = random.pick(Names.zones)
    clock = try localClock(zone: zone)
    crowd = Crowd(in: world, zone: zone, clock: clock)
    let codes = Names.codes.shuffled(using: &random).prefix(random.pick(2...4))
    books = Books(of: world, codes: Array(codes), clock: clock)
    users = Array(Names.users.shuffled(using: &random).prefix(random.pick(1...3)))
    startsLeft = random.pick(4...8)
    for (disturbance, percent) in [
      (Disturbance.redisRestarts, 20), (.redisIsEmptied, 12), (.scriptsAreFlushed, 15),
      (.sessionsAreKilled, 10), (.clientsAreKilled, 10),
      (.mysqlRestarts, world.ownsMySQL ? 2 : 0),
    ] where random.happens(percent: percent) {
      disturbances.append(disturbance)
    }
    disturbances.shuffle(using: &random)
    // Anywhere in two years, so that some schedules meet the days on which clocks are set.
    try world.begin(at: 1_767_225_600 + random.pick(0...63_072_000))
    self.random = random
  }

  /// Plays it to the end; throws `ModelFailure` where the account is wrong.
  func play() throws -> Figures {
    do {
      crowd.figures.schedules = 1
      try liveSomeDays()
      while startsLeft > 0 || crowd.isBusy {
        crowd.step += 1
        try takeAStep()
      }
      try crowd.bury()
      try books.settle()
    } catch {
      try crowd.killAll()
      let found = error as? ModelFailure
      throw ModelFailure(
        """
        TALLY_SEED=\(seed) (\(world.flavor), \(zone)): \(error)
        the last steps:
          \(trace.suffix(60).joined(separator: "\n  "))
        """, lost: found?.lost ?? 0, doubled: found?.doubled ?? 0)
    }
    crowd.figures.checks = books.checkCount
    return crowd.figures
  }

  var trace: [String] { crowd.trace }

  /// A few days before, so that the archive finds something to do.
  private func liveSomeDays() throws {
    for _ in 0..<random.pick(0...3) {
      try serve(times: 6)
      try books.runCleanly(.rollOver(hour: nil))
      try world.setClock(world.now + random.pick(20...28) * 3600)
    }
    try serve(times: 6)
  }

  private func takeAStep() throws {
    switch random.pick(0...99) {
    case 0..<54: try crowd.advance(using: &random)
    case 54..<66: try serve(times: random.pick(1...5))
    case 66..<78: try startARun()
    case 78..<87: try moveClock()
    case 87..<93: try books.check()
    default:
      if let next = disturbances.popLast() {
        try disturb(next)
      } else {
        try crowd.advance(using: &random)
      }
    }
  }

  private func serve(times: Int) throws {
    for _ in 0..<times {
      if random.happens(percent: 70) {
        let amount = UInt64(random.pick(random.happens(percent: 5) ? 1...1 << 50 : 1...9))
        try books.count(random.pick(books.counters), amount)
      } else {
        let today = clock.day(at: world.now)
        let month = Month(index: today.month.index - random.pick([0, 0, 0, 1, 2, 3, 6]))
        let user = random.pick(users)
        try books.logIn(user, on: random.pick(1...month.dayCount), of: month)
      }
    }
  }

  private func moveClock() throws {
    let seconds: Int
    switch random.pick(0...9) {
    case 0..<3: seconds = random.pick(60...3600)
    case 3..<5: seconds = random.pick(1...12) * 3600
    case 5..<7: seconds = random.pick(1...3) * 86_400
    case 7: seconds = random.pick(4...40) * 86_400
    default: seconds = -random.pick(1...120) * 3600
    }
    try world.setClock(world.now + seconds)
    crowd.figures.clockJumps += 1
    crowd.note("clock \(seconds) s, now \(clock.hour(at: world.now))")
  }

  private func disturb(_ disturbance: Disturbance) throws {
    crowd.note("\(disturbance)")
    switch disturbance {
    case .redisRestarts:
      try world.restartRedis()
      crowd.figures.redisRestarts += 1
    case .mysqlRestarts:
      try world.restartMySQL()
      crowd.figures.mysqlRestarts += 1
    case .redisIsEmptied:
      try books.emptyRedis(withRunsOnTheirWay: crowd.isBusy)
      crowd.figures.lostRedises += 1
    case .scriptsAreFlushed:
      try world.send("SCRIPT", "FLUSH")
      crowd.figures.flushedScripts += 1
    case .sessionsAreKilled:
      try world.killMySQLSessions()
      crowd.figures.killedSessions += 1
    case .clientsAreKilled:
      try world.killRedisClients()
      crowd.figures.killedSessions += 1
    }
    try crowd.settleAll()
  }

  // MARK: Runs

  private func startARun() throws {
    guard startsLeft > 0, crowd.runs.count < Self.runsAtOnceMax else {
      return try crowd.advance(using: &random)
    }
    startsLeft -= 1
    let work = pickWork()
    let fates = Mishap.pickFates(for: work, counts: [0, 0, 1, 1, 1, 2], using: &random)
    // A process takes as long to start as a thread to do its work: mostly those that will be killed.
    let isKilled = fates.values.contains { $0.kills }
    try crowd.start(
      work, fates: fates, isProcess: random.happens(percent: isKilled ? 45 : 5))
  }

  private func pickWork() -> Work {
    let now = world.now
    let today = clock.day(at: now)
    switch random.pick(0...99) {
    case 0..<38: return .rollOver(hour: nil)
    case 38..<42: return .rollOver(hour: clock.hour(at: now - random.pick(0...30) * 3600))
    case 42..<65: return .archive(days: nil, keepDays: random.pick(0...3))
    case 65..<70:
      let first = today.advanced(by: -random.pick(0...3))
      return .archive(days: first...today, keepDays: random.pick(0...3))
    case 70..<82: return .sync(months: SyncRule.months(asOf: today))
    default: return .expire(asOf: today)
    }
  }
}

extension Mishap {
  /// Which faults a run meets, and where; as many as one of `counts` says.
  static func pickFates(
    for work: Work, counts: [Int], using random: inout SeededGenerator
  ) -> [Int: Mishap] {
    var fates: [Int: Mishap] = [:]
    for _ in 0..<random.pick(counts) {
      fates[random.pick(1...work.usualRequestCount)] = random.pick([
        Mishap.requestLost, .replyLost, .replyLost, .killedBefore, .killedAfter, .killedSoon,
        .parked, .parked,
      ])
    }
    return fates
  }
}
