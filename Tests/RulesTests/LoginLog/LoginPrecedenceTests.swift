import Rules
import Testing

struct LoginPrecedenceTests {
  @Test func redisAnswersAloneForAMonthThatCannotHaveExpired() {
    let today = CivilDay("2026-11-20")!
    #expect(LoginPrecedence.redisAnswersAlone(for: Month("2026-11")!, asOf: today))
    #expect(LoginPrecedence.redisAnswersAlone(for: Month("2026-12")!, asOf: today))
    #expect(!LoginPrecedence.redisAnswersAlone(for: Month("2026-10")!, asOf: today))
    #expect(!LoginPrecedence.redisAnswersAlone(for: Month("2017-10")!, asOf: today))
  }

  /// Whatever the expiry is told: no month that it may take is answered by Redis alone.
  @Test func noExpiryTakesAMonthThatRedisAnswersAlone() {
    let today = CivilDay("2026-03-04")!
    for afterDays in ExpiryRule.afterDaysMin...100 {
      let rule = ExpiryRule(asOf: today, afterDays: afterDays)!
      for index in today.month.index - 6...today.month.index + 1 {
        let month = Month(index: index)
        let both =
          rule.isExpired(month)
          && LoginPrecedence.redisAnswersAlone(for: month, asOf: today)
        #expect(!both, "\(month), \(afterDays) days")
      }
    }
    // And of those it may not take, one more would be too much.
    let least = ExpiryRule(asOf: today, afterDays: ExpiryRule.afterDaysMin)!
    for month in DayRange(CivilDay("2025-01-01")!, through: today)!.months {
      #expect(
        LoginPrecedence.redisAnswersAlone(for: month, asOf: today) != least.isExpired(month))
    }
  }
}
