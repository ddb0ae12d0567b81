/// How what Redis and what MySQL hold of one thing go together.
public enum Agreement: Equatable, Sendable {
  case equal
  /// MySQL holds less, and a job that runs by the clock will bring it.
  case waiting
  /// MySQL holds less, and should not by now.
  case lacking
  /// MySQL holds more than Redis, whose counts and bits only grow: Redis lost something, or somebody
  /// wrote into MySQL.
  case ahead

  /// One hour of an image's shows or clicks, counted in one life of Redis.
  ///
  /// - Parameter isSealed: whether the day is archived, so that nothing is added to it any more. What is
  ///   archived before that was only published, and Redis goes on counting.
  public static func ofCounts(redis: UInt64, mysql: UInt64, isSealed: Bool) -> Agreement {
    if redis == mysql { return .equal }
    if redis < mysql { return .ahead }
    return isSealed ? .lacking : .waiting
  }

  /// One user's month.
  ///
  /// A month that may have expired is whole in MySQL alone, so that Redis may hold less of it.
  ///
  /// - Parameters:
  ///   - nextSync: the day on which the weekly sync runs next. What it no longer takes along, and what
  ///     no expiry takes yet, MySQL should have.
  public static func ofLogins(
    redis: LoginDays, mysql: LoginDays, in month: Month, nextSync: CivilDay, expiry: ExpiryRule
  ) -> Agreement {
    if !redis.holds(mysql),
      LoginPrecedence.redisAnswersAlone(for: month, asOf: expiry.asOf)
    {
      return .ahead
    }
    if mysql.holds(redis) { return .equal }
    let isCarried =
      month > expiry.asOf.month || SyncRule.months(asOf: nextSync).contains(month)
      || expiry.isExpired(month)
    return isCarried ? .waiting : .lacking
  }

  /// A day's sketch. Of these nothing is ever ahead: what was archived leaves Redis, and what comes late
  /// begins a new one.
  ///
  /// - Parameters:
  ///   - isHeld: whether MySQL's holds all that Redis' does.
  ///   - hasRow: whether MySQL has one at all. Where it has none the whole day is still to be archived.
  ///   - isOwed: whether an archive that is over by now should have merged the day.
  public static func ofSketches(isHeld: Bool, hasRow: Bool, isOwed: Bool) -> Agreement {
    if isHeld { return .equal }
    return hasRow && isOwed ? .lacking : .waiting
  }
}
