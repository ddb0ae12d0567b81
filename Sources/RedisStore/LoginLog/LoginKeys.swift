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
    stem(of: LoginGroup(of: userMonth)) + userMonth.user.id
  }

  /// What the keys of a group begin with; the user's id follows.
  public func stem(of group: LoginGroup) -> [UInt8] {
    let underscore = UInt8(ascii: "_")
    return family + Array(group.month.description.utf8) + [underscore] + group.type + [underscore]
  }

  /// Reads a key that `pattern` found.
  public func parse(_ key: [UInt8]) throws(LoginKeyFault) -> UserMonth {
    let parts = try parts(of: key.span)
    // Both parts have been looked at.
    return UserMonth(
      month: parts.month, user: UserKey(type: key[parts.type], id: key[parts.id])!)
  }

  /// The month of a key, and where in it the user's type and id lie.
  struct Parts {
    let month: Month
    let type: Range<Int>
    let id: Range<Int>
  }

  func parts(of key: Span<UInt8>) throws(LoginKeyFault) -> Parts {
    let start = family.count
    guard key.count >= start + 7, hasFamily(key),
      let month = Month(bytes: key.extracting(start..<start + 7))
    else { throw .noMonth }
    let underscore = UInt8(ascii: "_")
    let typeStart = start + 8
    guard typeStart <= key.count, key[typeStart - 1] == underscore else { throw .noType }
    var typeEnd = typeStart
    while typeEnd < key.count, key[typeEnd] != underscore { typeEnd += 1 }
    guard typeEnd > typeStart else { throw .noType }
    guard typeEnd - typeStart <= UserKey.typeByteCountMax else { throw .typeTooLong }
    guard typeEnd + 1 < key.count else { throw .noID }
    let id = typeEnd + 1..<key.count
    guard id.count <= UserKey.idByteCountMax else { throw .idTooLong }
    return Parts(month: month, type: typeStart..<typeEnd, id: id)
  }

  private func hasFamily(_ key: Span<UInt8>) -> Bool {
    for index in family.indices where key[index] != family[index] { return false }
    return true
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
