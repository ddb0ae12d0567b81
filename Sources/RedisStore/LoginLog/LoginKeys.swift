internal import RedisClient
public import Rules

/// The names of login bitmaps: `loginLog_<YYYY-MM>_<type>_<id>`, behind the installation's prefix.
///
/// The type has no `_`; the id is everything after it, whatever bytes those are.
public struct LoginKeys: Sendable {
  private let family: [UInt8]

  public init(_ keyspace: Keyspace) { family = keyspace.prefix + Array("loginLog_".utf8) }

  /// The glob that SCAN finds all of them by, those with a malformed name among them.
  public var pattern: [UInt8] { escapedGlob(family) + [UInt8(ascii: "*")] }

  public func key(of userMonth: UserMonth) -> [UInt8] {
    let underscore = UInt8(ascii: "_")
    return family + Array(userMonth.month.description.utf8) + [underscore] + userMonth.user.type
      + [underscore] + userMonth.user.id
  }

  /// Reads a key that `pattern` found.
  public func parse(_ key: [UInt8]) throws(LoginKeyFault) -> UserMonth {
    guard key.starts(with: family) else { throw .noMonth }
    let rest = key.dropFirst(family.count)
    guard let month = Month(bytes: rest.prefix(7)) else { throw .noMonth }
    let user = rest.dropFirst(7)
    guard user.first == UInt8(ascii: "_") else { throw .noType }
    let parts = user.dropFirst().split(
      separator: UInt8(ascii: "_"), maxSplits: 1, omittingEmptySubsequences: false)
    guard let type = parts.first, !type.isEmpty else { throw .noType }
    guard type.count <= UserKey.typeByteCountMax else { throw .typeTooLong }
    guard parts.count == 2, !parts[1].isEmpty else { throw .noID }
    guard let user = UserKey(type: type, id: parts[1]) else { throw .idTooLong }
    return UserMonth(month: month, user: user)
  }
}

/// Why a key that begins like a login bitmap is none.
public enum LoginKeyFault: Error, Equatable, Sendable, CustomStringConvertible {
  case noMonth
  case noType
  case noID
  case typeTooLong
  case idTooLong

  public var description: String {
    switch self {
    case .noMonth: "its name has no month YYYY-MM"
    case .noType: "its name has no user type behind the month"
    case .noID: "its name has no user id behind the type"
    case .typeTooLong: "its user type is longer than \(UserKey.typeByteCountMax) bytes"
    case .idTooLong: "its user id is longer than \(UserKey.idByteCountMax) bytes"
    }
  }
}
