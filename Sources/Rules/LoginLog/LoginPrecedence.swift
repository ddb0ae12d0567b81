/// Which of the two stores answers for one user and month.
///
/// Redis comes before MySQL: it is where logins are written, and MySQL follows days later. Once a
/// bitmap has expired, though, a late login makes a new one that holds that day alone, until the next
/// expiry joins it to its row. So what Redis has is all there is only where the month cannot have
/// expired yet, whatever number of days the expiry is told to wait; of older months MySQL is asked too,
/// and a day counts that either of them has.
public enum LoginPrecedence {
  /// Whether a bitmap in Redis is the whole month, as of today.
  public static func redisAnswersAlone(for month: Month, asOf today: CivilDay) -> Bool {
    today.index - month.firstDay.index <= ExpiryRule.afterDaysMin
  }
}
