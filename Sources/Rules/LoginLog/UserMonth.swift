/// One user in one month: what a login bitmap in Redis and a row of `login_month` are about.
public struct UserMonth: Hashable, Comparable, Sendable {
  public let month: Month
  public let user: UserKey

  public init(month: Month, user: UserKey) {
    self.month = month
    self.user = user
  }

  /// By month, then by user, as MySQL orders the primary key.
  public static func < (a: UserMonth, b: UserMonth) -> Bool {
    a.month == b.month ? a.user < b.user : a.month < b.month
  }
}
