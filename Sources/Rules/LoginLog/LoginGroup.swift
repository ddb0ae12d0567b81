/// Whose logins some bitmaps are about, but for the user's id: one month, one user type.
///
/// There are few of them, however many users there are: what is said of a group need be said, parsed and
/// kept only once.
public struct LoginGroup: Hashable, Comparable, Sendable {
  public let month: Month
  /// 1 to 32 bytes, no `_` among them.
  public let type: [UInt8]

  public init(month: Month, type: [UInt8]) {
    self.month = month
    self.type = type
  }

  public init(of userMonth: UserMonth) {
    self.init(month: userMonth.month, type: userMonth.user.type)
  }

  /// By month, then by type, as MySQL orders the primary key.
  public static func < (a: LoginGroup, b: LoginGroup) -> Bool {
    a.month == b.month ? a.type.lexicographicallyPrecedes(b.type) : a.month < b.month
  }
}
