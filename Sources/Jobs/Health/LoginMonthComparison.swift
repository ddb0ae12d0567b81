internal import MySQLStore
internal import RedisClient
internal import RedisStore
internal import Rules

/// Compares the login bitmaps of Redis with their rows in `login_month`.
struct LoginMonthComparison {
  /// Days of one user's month that are named.
  private static let daysNamedMax = 5

  let bitmaps: LoginBitmaps
  let table: LoginMonth
  /// The day on which the weekly sync runs next.
  let nextSync: CivilDay
  let expiry: ExpiryRule
  let context: JobContext

  mutating func compare(
    runSize: Int, where isWanted: (Month) -> Bool, _ report: inout VerifyReport
  ) throws {
    try bitmaps.forEachRun(where: isWanted, runSize: runSize) { finding in
      guard case .malformed(let key, let reason) = finding else { return }
      report.rejected += 1
      context.observer.rejected(key, because: reason)
    } progressed: { walk, _ in
      try context.interruption.check()
      context.observer.progressed(
        "login bitmaps", done: walk.visitedKeys, total: walk.expectedKeys)
    } _: { run in
      try compare(run, &report)
    }
  }

  private func compare(_ run: LoginRun, _ report: inout VerifyReport) throws {
    report.loginMonths.compared += run.count
    var suspects: [(userMonth: UserMonth, held: LoginDays)] = []
    for difference in try table.differing(of: run) {
      let userMonth = run.userMonth(difference.index)
      let redis = run.days(difference.index)
      if agreement(userMonth, redis: redis, mysql: difference.held) == .ahead {
        suspects.append((userMonth, difference.held))
      } else {
        account(for: userMonth, redis: redis, mysql: difference.held, &report)
      }
    }
    // MySQL was read after Redis, and a sync may have come in between. A bitmap that has gone since has
    // expired.
    let now = try bitmaps.ask(suspects.map(\.userMonth)) { _ in }
    for (suspect, redis) in zip(suspects, now) {
      guard let redis else { continue }
      account(for: suspect.userMonth, redis: redis, mysql: suspect.held, &report)
    }
  }

  private func agreement(
    _ userMonth: UserMonth, redis: LoginDays, mysql: LoginDays
  ) -> Agreement {
    .ofLogins(
      redis: redis, mysql: mysql, in: userMonth.month, nextSync: nextSync, expiry: expiry)
  }

  private func account(
    for userMonth: UserMonth, redis: LoginDays, mysql: LoginDays, _ report: inout VerifyReport
  ) {
    let how: String
    switch agreement(userMonth, redis: redis, mysql: mysql) {
    case .equal: return
    case .waiting:
      report.loginMonths.waiting += 1
      return
    case .lacking: how = "mysql lacks \(named(redis, without: mysql, userMonth.month))"
    case .ahead: how = "redis lacks \(named(mysql, without: redis, userMonth.month))"
    }
    report.loginMonths.different += 1
    context.observer.differed(bitmaps.key(of: userMonth), how: how)
  }

  private func named(_ days: LoginDays, without others: LoginDays, _ month: Month) -> String {
    let more = LoginDays(bits: days.bits & ~others.bits).days(of: month)
    let first = more.prefix(LoginMonthComparison.daysNamedMax).map(\.description)
    let rest = more.count - first.count
    return first.joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
  }
}
