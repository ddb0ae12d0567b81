import Jobs
import Rules
import TestServers

/// Months of a machine whose cron runs the four jobs at their times, hour by hour, while the service
/// goes on: some hours are missed, some runs die, some start twice, servers restart.
///
/// The clock only goes forward here; that it may jump is the matter of `Schedule`.
final class CronMonths {
  struct Plan: Sendable, CustomStringConvertible {
    let zone: String
    let firstDay: String
    let days: Int
    let description: String
  }

  /// What came of it.
  struct Result: CustomStringConvertible {
    var figures = Figures()
    /// Runs without a fault, which go straight to the servers.
    var cleanRuns = 0
    var missedRuns = 0
    /// Days whose hours were looked at one by one, because no fault met them; by their length.
    var daysByHours: [Int: Int] = [:]
    var dayHashesMax = 0
    var bitmapsMax = 0

    var description: String {
      """
      \(cleanRuns) runs undisturbed, \(missedRuns) missed; at most \(dayHashesMax) day hashes and \
      \(bitmapsMax) bitmaps in redis; every hour right on \(daysByHours[24, default: 0]) days of 24 \
      hours, \(daysByHours[23, default: 0]) of 23 and \(daysByHours[25, default: 0]) of 25; besides \
      \(figures)
      """
    }
  }

  private static let keepDays = 2
  private static let users = [("app", "7"), ("web", "a_b"), ("web", "8")].map {
    (type: Array($0.0.utf8), id: Array($0.1.utf8))
  }

  private let plan: Plan
  private let seed: UInt64
  private var random: SeededGenerator
  private let world: World
  private let clock: LocalClock
  private let crowd: Crowd
  private var books: Books
  private var result = Result()

  /// Counted once in every hour, so that each day's hours are known.
  private let steady: Counter
  /// The days on which clocks are set, and their neighbours, are to be seen undisturbed.
  private var sparedDays: Set<CivilDay> = []
  /// Days that a fault met, whose counts may lie in a later hour.
  private var disturbed: Set<CivilDay> = []
  private var unprovenDays: [CivilDay] = []
  /// When the archive and the expiry last came to their end.
  private var archivedOn: CivilDay?
  private var expiredOn: CivilDay?

  init(_ plan: Plan, seed: UInt64, in world: World) throws {
    self.plan = plan
    self.seed = seed
    self.world = world
    random = SeededGenerator(seed: seed)
    clock = try localClock(zone: plan.zone)
    crowd = Crowd(in: world, zone: plan.zone, clock: clock)
    books = Books(
      of: world, codes: ["a", "a ", "ä_show"].map { Array($0.utf8) }, clock: clock)
    steady = books.counters[0]
  }

  func live() throws -> Result {
    do {
      guard let first = CivilDay(plan.firstDay) else { throw ModelFailure("no day: \(plan)") }
      let start = clock.start(of: first)
      let end = clock.start(of: first.advanced(by: plan.days))
      try world.begin(at: start)
      for day in (0..<plan.days).map(first.advanced) where hours(of: day).count != 24 {
        sparedDays.formUnion([day.advanced(by: -1), day, day.advanced(by: 1)])
      }
      for back in 1...4 {
        try books.logIn(Self.users[0], on: 9, of: Month(index: first.month.index - back))
      }
      // Every zone of the plans sets its clocks by whole hours, so cron's full hours are UTC's.
      for instant in stride(from: start + 3600, through: end, by: 3600) {
        try anHourEnds(at: instant)
      }
      try crowd.bury()
      try books.settle()
    } catch {
      try crowd.killAll()
      throw ModelFailure(
        """
        TALLY_SEED=\(seed) (\(plan), \(world.flavor)): \(error)
        the last steps:
          \(crowd.trace.suffix(60).joined(separator: "\n  "))
        """)
    }
    result.figures = crowd.figures
    result.figures.checks = books.checkCount
    return result
  }

  // MARK: One hour

  private func anHourEnds(at instant: Int) throws {
    let hour = clock.hour(at: instant)
    try serve(in: clock.day(at: instant - 1800))
    if hour.hour == 0 { unprovenDays.append(clock.day(at: instant - 1)) }
    try world.setClock(instant + 5)
    try disturbServers(at: instant)
    try cron(.rollOver(hour: nil), at: instant)
    if hour.hour == 2 { try archive(at: instant + 600) }
    guard hour.day.weekday == 1 else { return }
    if hour.hour == 3 {
      try world.setClock(instant + 1800)
      try cron(.sync(months: SyncRule.months(asOf: hour.day)), at: instant)
    }
    if hour.hour == 4 {
      try world.setClock(instant + 1800)
      if try cron(.expire(asOf: hour.day), at: instant) { expiredOn = hour.day }
    }
  }

  private func serve(in day: CivilDay) throws {
    try books.count(steady, 1)
    if random.happens(percent: 40) {
      try books.count(random.pick(Array(books.counters.dropFirst())), UInt64(random.pick(1...9)))
    }
    if random.happens(percent: 8) {
      try books.logIn(random.pick(Self.users), on: day.dayOfMonth, of: day.month)
    }
  }

  private func disturbServers(at instant: Int) throws {
    if random.pick(0...399) == 0 {
      try world.restartRedis()
      crowd.figures.redisRestarts += 1
    }
    if world.ownsMySQL, random.pick(0...2999) == 0 {
      try world.restartMySQL()
      crowd.figures.mysqlRestarts += 1
    }
  }

  /// True where a run of it came to its end and nothing was wrong with it.
  @discardableResult
  private func cron(_ work: Work, at instant: Int) throws -> Bool {
    let luck = sparedDays.contains(clock.day(at: instant)) ? 99 : random.pick(0...99)
    switch luck {
    case 0:
      result.missedRuns += 1
      disturb(instant)
      return false
    case 1..<5:
      disturb(instant)
      let fates = Mishap.pickFates(for: work, counts: [1, 1, 2], using: &random)
      try crowd.start(work, fates: fates, isProcess: random.happens(percent: 10))
    case 5..<7:
      let fates = Mishap.pickFates(for: work, counts: [0, 1], using: &random)
      if !fates.isEmpty { disturb(instant) }
      try crowd.start(work, fates: fates, isProcess: false)
      try crowd.start(work, fates: [:], isProcess: false)
    default:
      try books.runCleanly(work)
      result.cleanRuns += 1
      return true
    }
    while crowd.isBusy {
      crowd.step += 1
      try crowd.advance(using: &random)
    }
    return false
  }

  private func disturb(_ instant: Int) {
    disturbed.formUnion([clock.day(at: instant - 1), clock.day(at: instant)])
  }

  // MARK: Looking

  private func archive(at instant: Int) throws {
    try world.setClock(instant)
    if try cron(.archive(days: nil, keepDays: Self.keepDays), at: instant) {
      archivedOn = clock.day(at: instant)
      for day in unprovenDays where !disturbed.contains(day) { try lookAtHours(of: day) }
      unprovenDays = []
    }
    try lookAtRedis(on: clock.day(at: instant))
  }

  /// Every hour that a clock on the wall showed that day, with how often it did.
  private func hours(of day: CivilDay) -> [Int] {
    var hours: [Int] = []
    var instant = clock.start(of: day)
    while instant < clock.end(of: day) {
      hours.append(clock.hour(at: instant).hour)
      instant += 3600
    }
    return hours
  }

  /// One show was counted in each hour that the day had.
  private func lookAtHours(of day: CivilDay) throws {
    let expected = Dictionary(grouping: hours(of: day)) { $0 }.mapValues { UInt64($0.count) }
    let rows = try world.counts(of: steady, on: day)
    guard rows == expected else {
      throw ModelFailure("hours of \(day): \(rows), expected \(expected)")
    }
    result.daysByHours[hours(of: day).count, default: 0] += 1
  }

  /// What Redis keeps is bounded by the days that the last archive and expiry left.
  private func lookAtRedis(on today: CivilDay) throws {
    let snapshot = try books.check()
    result.dayHashesMax = max(result.dayHashesMax, snapshot.dayHashDays.count)
    result.bitmapsMax = max(result.bitmapsMax, snapshot.bitmaps.count)
    if let archivedOn {
      let oldest = "\(archivedOn.advanced(by: -Self.keepDays))"
      let tooOld = snapshot.dayHashDays.filter { $0 < oldest }
      let heldDays = today.index - archivedOn.index + Self.keepDays + 1
      guard tooOld.isEmpty, snapshot.dayHashDays.count <= heldDays * books.counters.count else {
        throw ModelFailure("on \(today) redis keeps day hashes of \(snapshot.dayHashDays)")
      }
    }
    if let expiredOn, let rule = ExpiryRule(asOf: expiredOn) {
      let months = snapshot.bitmaps.keys.compactMap { Month($0.month) }
      guard !months.contains(where: rule.isExpired) else {
        throw ModelFailure("on \(today) redis keeps bitmaps of \(months)")
      }
    }
  }
}
