import MySQLClient
import RedisClient

extension FuzzTarget {
  /// A URL may hold a password, and most wrong ones are right ones mistyped: reading it never crashes,
  /// no error repeats the secret, and what is shown of an endpoint does not depend on its password.
  ///
  /// Input: a URL, in which a byte 1 stands for a secret; and, cut at its first newline, a user and a
  /// password of any bytes.
  static let urls = FuzzTarget("urls") { input in
    let bytes = input.flatMap { $0 == 1 ? Array(secret.utf8) : [$0] }
    let url = String(decoding: bytes, as: UTF8.self)
    try keepsTheSecret { (change) in
      var endpoint = try RedisEndpoint(url: url)
      change(&endpoint.password)
      return endpoint
    }
    try keepsTheSecret { (change) in
      var endpoint = try MySQLEndpoint(url: url)
      change(&endpoint.password)
      return endpoint
    }
    let user = input.prefix { $0 != UInt8(ascii: "\n") }
    try redisLogin(user, input.dropFirst(user.count + 1))
    try mysqlLogin(user, input.dropFirst(user.count + 1))
  }
}

private let secret = "Geheim7"

/// `endpoint` reads the URL and then changes the password, where there is one.
private func keepsTheSecret<Endpoint>(
  _ endpoint: (_ change: (inout String?) -> Void) throws -> Endpoint
) throws {
  let shown: Endpoint
  do {
    shown = try endpoint { _ in }
  } catch {
    let text = "\(error) \(String(reflecting: error))"
    try require(!text.contains(secret), "the error repeats the secret: \(text)")
    return
  }
  let other = try endpoint { password in if password != nil { password = "other" } }
  try require("\(shown)", equals: "\(other)", "what is shown, with another password")
  try require(
    String(reflecting: shown), equals: String(reflecting: other), "as above, for a debugger")
}

/// Any user and any password can be written, byte for byte, unless C could not take them.
private func redisLogin(_ user: ArraySlice<UInt8>, _ password: ArraySlice<UInt8>) throws {
  let url = "redis://\(encoded(user)):\(encoded(password))@[::1]:7/3"
  guard let user = usable(user), let password = usable(password) else {
    return try require((try? RedisEndpoint(url: url)) == nil, "no text at all is accepted")
  }
  let endpoint = RedisEndpoint(
    address: .tcp(host: "::1", port: 7), user: user.isEmpty ? nil : user,
    password: password.isEmpty ? nil : password, database: 3)
  try require(try RedisEndpoint(url: url), equals: endpoint, "the endpoint that was written")
}

private func mysqlLogin(_ user: ArraySlice<UInt8>, _ password: ArraySlice<UInt8>) throws {
  let url = "mysql://\(encoded(user)):\(encoded(password))@[::1]:7/d"
  guard let user = usable(user), !user.isEmpty, let password = usable(password) else {
    return try require((try? MySQLEndpoint(url: url)) == nil, "no text at all is accepted")
  }
  let endpoint = MySQLEndpoint(
    address: .tcp(host: "::1", port: 7), user: user, password: password, database: "d")
  try require(try MySQLEndpoint(url: url), equals: endpoint, "the endpoint that was written")
}

private func encoded(_ bytes: ArraySlice<UInt8>) -> String {
  bytes.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

/// As text, where it is UTF-8 without a zero byte.
private func usable(_ bytes: ArraySlice<UInt8>) -> String? {
  bytes.contains(0) ? nil : String(validating: bytes, as: UTF8.self)
}
