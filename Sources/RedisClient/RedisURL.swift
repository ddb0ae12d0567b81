extension RedisEndpoint {
  /// Reads `redis://[user[:password]@]host[:port][/db]`, the same with `rediss://` for TLS, or
  /// `unix://[user[:password]@]/path[?db=N]`.
  ///
  /// User, password, host and path are percent-decoded; an IPv6 address stands in brackets. The
  /// port is 6379 and the database 0 when not given.
  public init(url: String) throws(RedisURLError) {
    guard let colon = url.firstRange(of: "://") else {
      throw RedisURLError(fault: "there is no scheme")
    }
    let rest = url[colon.upperBound...]
    guard !rest.utf8.contains(UInt8(ascii: "#")) else {
      throw RedisURLError(fault: "there is a # (write %23 for one that belongs to a name)")
    }
    switch url[..<colon.lowerBound] {
    case "redis": try self.init(hostPart: rest, tls: false)
    case "rediss": try self.init(hostPart: rest, tls: true)
    case "unix": try self.init(socketPart: rest)
    default: throw RedisURLError(fault: "the scheme is none of redis, rediss, unix")
    }
  }

  /// `[user[:password]@]host[:port][/db]`
  private init(hostPart text: Substring, tls: Bool) throws(RedisURLError) {
    guard !text.contains("?") else {
      throw RedisURLError(fault: "redis:// takes no options after ?, the database is /N")
    }
    let (authority, path) = text.split(atFirst: "/")
    let (login, address) = try Self.login(in: authority)
    let (host, port) = try Self.hostAndPort(address)
    self.init(
      address: .tcp(host: host, port: port), user: login.user, password: login.password, tls: tls)
    if let path, !path.isEmpty { database = try Self.databaseNumber(path) }
  }

  /// `[user[:password]@]/path[?db=N]`
  private init(socketPart text: Substring) throws(RedisURLError) {
    let (place, options) = text.split(atFirst: "?")
    let slash = place.firstIndex(of: "/") ?? place.endIndex
    let authority = place[..<slash]
    guard authority.isEmpty || authority.hasSuffix("@"), slash != place.endIndex else {
      throw RedisURLError(fault: "the path of the socket is not absolute (three slashes in a row)")
    }
    let (login, _) = try Self.login(in: authority)
    let path = try Self.decoded(place[slash...], "path")
    guard !path.hasSuffix("/") else {
      throw RedisURLError(fault: "the path of the socket is a folder")
    }
    self.init(address: .unix(path: path), user: login.user, password: login.password)
    if let options, !options.isEmpty {
      guard options.hasPrefix("db="), !options.contains("&") else {
        throw RedisURLError(fault: "the only option after ? is db=N, given once")
      }
      database = try Self.databaseNumber(options.dropFirst(3))
    }
  }

  private static func login(
    in authority: Substring
  ) throws(RedisURLError) -> (login: (user: String?, password: String?), address: Substring) {
    guard let at = authority.lastIndex(of: "@") else { return ((nil, nil), authority) }
    let (user, password) = authority[..<at].split(atFirst: ":")
    let decodedUser = try decoded(user, "user")
    let decodedPassword = try decoded(password ?? "", "password")
    return (
      (
        user: decodedUser.isEmpty ? nil : decodedUser,
        password: decodedPassword.isEmpty ? nil : decodedPassword
      ),
      authority[authority.index(after: at)...]
    )
  }

  private static func hostAndPort(
    _ text: Substring
  ) throws(RedisURLError) -> (host: String, port: UInt16) {
    let hostText: Substring
    let portText: Substring?
    if text.hasPrefix("[") {
      guard let end = text.firstIndex(of: "]") else {
        throw RedisURLError(fault: "the bracket of an IPv6 address is not closed")
      }
      hostText = text[text.index(after: text.startIndex)..<end]
      let rest = text[text.index(after: end)...]
      guard rest.isEmpty || rest.hasPrefix(":") else {
        throw RedisURLError(fault: "after an IPv6 address only :port may stand")
      }
      portText = rest.isEmpty ? nil : rest.dropFirst()
    } else {
      (hostText, portText) = text.split(atFirst: ":")
    }
    let host = try decoded(hostText, "host")
    guard !host.isEmpty else { throw RedisURLError(fault: "there is no host") }
    guard host.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7f }) else {
      throw RedisURLError(fault: "the host has a blank or a control character in it")
    }
    guard let portText else { return (host, 6379) }
    guard let port = unsigned(portText).flatMap({ UInt16(exactly: $0) }), port > 0 else {
      throw RedisURLError(fault: "the port is no number from 1 to 65535")
    }
    return (host, port)
  }

  private static func databaseNumber(_ text: Substring) throws(RedisURLError) -> Int {
    // SELECT takes a C int, whatever `databases` is set to.
    guard let number = unsigned(text), number <= Int(Int32.max) else {
      throw RedisURLError(fault: "the database is no number such as 0 or 15")
    }
    return number
  }

  /// Digits only: `Int(_:)` alone would take a sign as well.
  private static func unsigned(_ text: Substring) -> Int? {
    text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Int(text) : nil
  }

  private static func decoded(_ text: Substring, _ part: String) throws(RedisURLError) -> String {
    guard let result = PercentCoding.decoded(text) else {
      throw RedisURLError(fault: "the \(part) has a % without two hexadecimal digits, or no UTF-8")
    }
    return result
  }
}

/// Says what is wrong with a Redis URL and what is accepted.
///
/// Nothing of the URL is repeated: a password may stand anywhere in a URL that was mistyped.
public struct RedisURLError: Error, Equatable, CustomStringConvertible {
  public let description: String

  init(fault: String) {
    description =
      "redis url: \(fault); accepted are redis://[user[:password]@]host[:port][/db], rediss://…"
      + " and unix:///path/to.sock[?db=N], with / : @ ? # % in a password as %2F %3A %40 %3F %23 %25"
  }
}

extension Substring {
  /// Both sides of the first `separator`; nil on the right when there is none.
  fileprivate func split(atFirst separator: Character) -> (Substring, Substring?) {
    guard let index = firstIndex(of: separator) else { return (self, nil) }
    return (self[..<index], self[self.index(after: index)...])
  }
}
