extension MySQLEndpoint {
  /// Reads `mysql://user[:password]@host[:port]/database?socket=/path&ssl-mode=…&ssl-ca=…`.
  ///
  /// Every part may be percent-encoded; `@ : / ? # %` must be in a user or password. With `socket` the
  /// host is `localhost` or nothing. No message repeats a part that could be, or hold a piece of, a
  /// password that was not encoded.
  public init(url: String) throws(MySQLURLError) {
    let parts = try MySQLURLParts(url)
    let parameters = try MySQLURLParameters(parts.query)
    let address: Address
    if let path = parameters.socket {
      guard parts.host.isEmpty || parts.host.lowercased() == "localhost" else {
        throw MySQLURLError("with socket= the host must be localhost or empty")
      }
      address = .unix(path: path)
    } else {
      guard !parts.host.isEmpty else {
        throw MySQLURLError("no host is given, and no socket=/path either")
      }
      address = .tcp(host: parts.host, port: parts.port ?? MySQLEndpoint.defaultPort)
    }
    self.init(
      address: address, user: parts.user, password: parts.password, database: parts.database,
      tls: parameters.tls, caFile: parameters.caFile)
    if caFile != nil, tls != .verifyCA, tls != .verifyIdentity {
      throw MySQLURLError("ssl-ca goes with ssl-mode=verify-ca or ssl-mode=verify-identity only")
    }
    connectTimeoutSeconds = parameters.connectTimeoutSeconds ?? connectTimeoutSeconds
    readTimeoutSeconds = parameters.readTimeoutSeconds ?? readTimeoutSeconds
    writeTimeoutSeconds = parameters.writeTimeoutSeconds ?? writeTimeoutSeconds
    do {
      try checkUsable()
    } catch {
      throw MySQLURLError(error.message)
    }
  }
}

/// Says what is wrong with a MySQL URL and what is accepted, never repeating a password.
public struct MySQLURLError: Error, Equatable, CustomStringConvertible {
  public let description: String

  init(_ problem: String) {
    description =
      "\(problem); expected mysql://user[:password]@host[:port]/database"
      + "[?socket=/path&ssl-mode=…&ssl-ca=…]"
  }
}

/// A URL taken apart, each part decoded.
private struct MySQLURLParts {
  let user: String
  let password: String?
  let host: String
  let port: UInt16?
  let database: String
  /// Not decoded.
  let query: Substring?

  init(_ url: String) throws(MySQLURLError) {
    let scheme = "mysql://"
    guard url.lowercased().hasPrefix(scheme) else {
      throw MySQLURLError("the URL does not begin with mysql://")
    }
    let rest = url.dropFirst(scheme.count)
    let end = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
    let authority = rest[..<end]
    let behind = rest[end...]
    guard !behind.contains("@"), !behind.contains("#") else {
      throw MySQLURLError(
        "an @ or # stands behind the host; write @ : / ? # % in a user or password as %40 %3A "
          + "%2F %3F %23 %25")
    }
    guard let at = authority.lastIndex(of: "@") else { throw MySQLURLError("no user is given") }
    let login = authority[..<at]
    let colon = login.firstIndex(of: ":")
    user = try decoded(login[..<(colon ?? login.endIndex)], "user")
    guard !user.isEmpty else { throw MySQLURLError("no user is given") }
    password = try colon.map { (colon) throws(MySQLURLError) in
      try decoded(login[login.index(after: colon)...], "password")
    }
    (host, port) = try MySQLURLParts.hostAndPort(authority[authority.index(after: at)...])
    let question = behind.firstIndex(of: "?")
    query = question.map { behind[behind.index(after: $0)...] }
    database = try decoded(behind[..<(question ?? behind.endIndex)].dropFirst(), "database")
    guard !database.isEmpty else { throw MySQLURLError("no database is given") }
    guard !database.contains("/") else {
      throw MySQLURLError("the database is more than one path segment")
    }
  }

  /// `name`, `name:3306`, `[::1]` or `[::1]:3306`.
  private static func hostAndPort(_ text: Substring) throws(MySQLURLError) -> (String, UInt16?) {
    var host = text
    var behind: Substring = ""
    if text.hasPrefix("[") {
      guard let close = text.firstIndex(of: "]") else {
        throw MySQLURLError("the [ of the host is not closed")
      }
      host = text[text.index(after: text.startIndex)..<close]
      behind = text[text.index(after: close)...]
    } else if let colon = text.firstIndex(of: ":") {
      host = text[..<colon]
      behind = text[colon...]
    }
    let name = try decoded(host, "host")
    guard !behind.isEmpty else { return (name, nil) }
    let digits = behind.dropFirst()
    guard behind.hasPrefix(":"), digits.utf8.allSatisfy({ (48...57).contains($0) }),
      let port = UInt16(digits), port > 0
    else { throw MySQLURLError("the port is no number from 1 to 65535") }
    return (name, port)
  }
}

/// What stands behind the question mark.
private struct MySQLURLParameters {
  var socket: String?
  var tls: MySQLEndpoint.TLSMode?
  var caFile: String?
  var connectTimeoutSeconds: Int?
  var readTimeoutSeconds: Int?
  var writeTimeoutSeconds: Int?

  private static let names = [
    "socket", "ssl-mode", "ssl-ca", "connect-timeout", "read-timeout", "write-timeout",
  ]

  init(_ query: Substring?) throws(MySQLURLError) {
    var seen: Set<String> = []
    for pair in query?.split(separator: "&") ?? [] {
      let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(halves[0])
      guard MySQLURLParameters.names.contains(name) else {
        throw MySQLURLError(
          "a parameter is unknown; accepted are \(MySQLURLParameters.names.joined(separator: ", "))"
        )
      }
      guard halves.count == 2, !halves[1].isEmpty else {
        throw MySQLURLError("\(name) has no value")
      }
      guard seen.insert(name).inserted else { throw MySQLURLError("\(name) is given twice") }
      try take(name, try decoded(halves[1], name))
    }
  }

  private mutating func take(_ name: String, _ value: String) throws(MySQLURLError) {
    switch name {
    case "socket": socket = value
    case "ssl-ca": caFile = value
    case "ssl-mode": tls = try MySQLURLParameters.mode(value)
    case "connect-timeout": connectTimeoutSeconds = try MySQLURLParameters.seconds(name, value)
    case "read-timeout": readTimeoutSeconds = try MySQLURLParameters.seconds(name, value)
    default: writeTimeoutSeconds = try MySQLURLParameters.seconds(name, value)
    }
  }

  private static func mode(_ value: String) throws(MySQLURLError) -> MySQLEndpoint.TLSMode {
    let word = String(value.lowercased().map { $0 == "_" ? "-" : $0 })
    guard let mode = MySQLEndpoint.TLSMode(rawValue: word) else {
      let accepted = MySQLEndpoint.TLSMode.allCases.map(\.rawValue).joined(separator: ", ")
      throw MySQLURLError("ssl-mode is none of \(accepted)")
    }
    return mode
  }

  private static func seconds(_ name: String, _ value: String) throws(MySQLURLError) -> Int {
    let accepted = 1...MySQLEndpoint.timeoutSecondsMax
    guard value.utf8.allSatisfy({ (48...57).contains($0) }), let seconds = Int(value),
      accepted.contains(seconds)
    else {
      throw MySQLURLError("\(name) is no number of seconds from 1 to \(accepted.upperBound)")
    }
    return seconds
  }
}

/// Undoes percent-encoding; a zero byte is refused, because C would end the text there.
private func decoded(_ text: Substring, _ part: String) throws(MySQLURLError) -> String {
  var bytes: [UInt8] = []
  var rest = text.utf8[...]
  while let byte = rest.popFirst() {
    guard byte == UInt8(ascii: "%") else {
      bytes.append(byte)
      continue
    }
    guard let high = rest.popFirst().flatMap(hexDigit), let low = rest.popFirst().flatMap(hexDigit)
    else { throw MySQLURLError("a % in the \(part) is not followed by two hexadecimal digits") }
    bytes.append(high << 4 | low)
  }
  guard !bytes.contains(0) else { throw MySQLURLError("the \(part) has a zero byte") }
  guard let decoded = String(validating: bytes, as: UTF8.self) else {
    throw MySQLURLError("the \(part) is no UTF-8")
  }
  return decoded
}

private func hexDigit(_ byte: UInt8) -> UInt8? {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
  case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
  case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
  default: nil
  }
}
