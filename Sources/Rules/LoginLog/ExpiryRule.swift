/// When a month of logins may leave Redis: its first day lies more than `afterDays` days back.
public struct ExpiryRule: Equatable, Sendable {
  public static let defaultAfterDays = 62
  /// A month has up to 31 days; anything less would let a running month go.
  public static let afterDaysMin = 32

  public let asOf: CivilDay
  public let afterDays: Int

  /// Nil where `afterDays` is not greater than 31.
  public init?(asOf: CivilDay, afterDays: Int = defaultAfterDays) {
    guard afterDays >= ExpiryRule.afterDaysMin else { return nil }
    self.asOf = asOf
    self.afterDays = afterDays
  }

  public func isExpired(_ month: Month) -> Bool {
    asOf.index - month.firstDay.index > afterDays
  }
}
