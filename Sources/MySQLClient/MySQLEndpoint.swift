/// Where a MySQL or MariaDB server is, and how to talk to it.
public struct MySQLEndpoint: Sendable, Equatable {
  public enum Address: Sendable, Equatable {
    case tcp(host: String, port: UInt16)
    case unix(path: String)
  }

  /// How the connection is protected.
  public enum TLSMode: String, Sendable, Equatable, CaseIterable {
    /// Plain text. The default on a unix socket; over TCP only when the URL says `ssl-mode=disabled`.
    case disabled
    /// Encrypted, the server's name and certificate not checked.
    case required
    /// Encrypted, the certificate's chain checked.
    case verifyCA = "verify-ca"
    /// Encrypted, chain and name checked. The default over TCP.
    case verifyIdentity = "verify-identity"
  }

  /// A day: longer silences are no longer waiting.
  public static let timeoutSecondsMax = 86_400
  public static let defaultPort: UInt16 = 3306

  public var address: Address
  public var user: String
  public var password: String?
  public var database: String
  public var tls: TLSMode
  /// PEM file with the certificate authority; nil means the system's.
  public var caFile: String?
  /// Default 5 seconds.
  public var connectTimeoutSeconds: Int
  /// The longest silence while an answer is due. Default 60 seconds.
  public var readTimeoutSeconds: Int
  /// Default 60 seconds.
  public var writeTimeoutSeconds: Int

  public init(
    address: Address, user: String, password: String? = nil, database: String,
    tls: TLSMode? = nil, caFile: String? = nil, connectTimeoutSeconds: Int = 5,
    readTimeoutSeconds: Int = 60, writeTimeoutSeconds: Int = 60
  ) {
    self.address = address
    self.user = user
    self.password = password
    self.database = database
    if case .unix = address {
      self.tls = tls ?? .disabled
    } else {
      self.tls = tls ?? .verifyIdentity
    }
    self.caFile = caFile
    self.connectTimeoutSeconds = connectTimeoutSeconds
    self.readTimeoutSeconds = readTimeoutSeconds
    self.writeTimeoutSeconds = writeTimeoutSeconds
  }
}

extension MySQLEndpoint: CustomStringConvertible, CustomDebugStringConvertible {
  /// For people and logs: `mysql://etl:***@db.example:3306/shop?ssl-mode=verify-identity`.
  public var description: String {
    let login = escapingControls(user) + (password == nil ? "" : ":***")
    let name = escapingControls(database)
    switch address {
    case .tcp(let host, let port):
      let shown = host.contains(":") ? "[\(host)]" : host
      return "mysql://\(login)@\(escapingControls(shown)):\(port)/\(name)?ssl-mode=\(tls.rawValue)"
    case .unix(let path):
      return "mysql://\(login)@localhost/\(name)?socket=\(escapingControls(path))"
    }
  }

  /// The same: a debugger's print must not show the password either.
  public var debugDescription: String { description }
}
