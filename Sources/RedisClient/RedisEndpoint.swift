/// Where a Redis server is, and how to talk to it.
public struct RedisEndpoint: Sendable, Equatable {
  public enum Address: Sendable, Equatable {
    case tcp(host: String, port: UInt16)
    case unix(path: String)
  }

  public var address: Address
  /// The ACL user; nil means the default user.
  public var user: String?
  public var password: String?
  /// The number given to SELECT. Default 0.
  public var database: Int
  /// `rediss://`: refused with a clear error where hiredis was built without TLS.
  public var tls: Bool
  /// Default 5 seconds.
  public var connectTimeoutSeconds: Double
  /// The longest silence while a reply is due. Default 30 seconds.
  public var replyTimeoutSeconds: Double

  public init(
    address: Address, user: String? = nil, password: String? = nil, database: Int = 0,
    tls: Bool = false, connectTimeoutSeconds: Double = 5, replyTimeoutSeconds: Double = 30
  ) {
    self.address = address
    self.user = user
    self.password = password
    self.database = database
    self.tls = tls
    self.connectTimeoutSeconds = connectTimeoutSeconds
    self.replyTimeoutSeconds = replyTimeoutSeconds
  }
}

extension RedisEndpoint: CustomStringConvertible {
  /// As a URL, the password as `***`: `redis://user:***@host:6379/0`.
  public var description: String {
    switch address {
    case .tcp(let host, let port):
      let shown = host.contains(":") ? "[\(host)]" : host
      return "\(tls ? "rediss" : "redis")://\(login)\(shown):\(port)/\(database)"
    case .unix(let path):
      return "unix://\(login)\(PercentCoding.encoded(path))?db=\(database)"
    }
  }

  private var login: String {
    guard user != nil || password != nil else { return "" }
    return PercentCoding.encoded(user ?? "") + (password == nil ? "" : ":***") + "@"
  }
}
