internal import CMariaDB
internal import Glibc

/// How a handle gets its connection: limits of time, protection, login.
extension MySQLHandle {
  /// Makes the connection and logs in.
  ///
  /// Throws before a byte of the login is sent where TLS was asked for and the server offers none, or
  /// where its certificate is not trusted.
  /// The corresponding C function is `mysql_real_connect`.
  func connect(to endpoint: MySQLEndpoint) throws(MySQLError) {
    try endpoint.checkUsable()
    setLimits(endpoint)
    try setProtection(endpoint)
    guard logIn(endpoint) else {
      let code = mysql_errno(mysql)
      let kind: MySQLError.Kind =
        switch code {
        case UInt32(CR_SSL_CONNECTION_ERROR): .untrusted
        case MySQLHandle.clientCodes: .unreachable
        default: .refused
        }
      throw failure("connect", kind: kind)
    }
    // The last line of defence: whatever the library made of the options, no cipher means plain text.
    if endpoint.tls != .disabled, mysql_get_ssl_cipher(mysql) == nil {
      throw MySQLError(
        operation: "connect", kind: .untrusted, code: UInt32(CR_SSL_CONNECTION_ERROR),
        message:
          "TLS was asked for (ssl-mode=\(endpoint.tls.rawValue)), but the connection has none")
    }
  }

  private func logIn(_ endpoint: MySQLEndpoint) -> Bool {
    // An empty password is given as such: for none at all the library would ask the environment.
    let password = endpoint.password ?? ""
    switch endpoint.address {
    case .tcp(let host, let port):
      return mysql_real_connect(
        mysql, host, endpoint.user, password, endpoint.database, UInt32(port), nil, 0) != nil
    case .unix(let path):
      return mysql_real_connect(
        mysql, "localhost", endpoint.user, password, endpoint.database, 0, path, 0) != nil
    }
  }

  private func setLimits(_ endpoint: MySQLEndpoint) {
    set(MYSQL_OPT_CONNECT_TIMEOUT, UInt32(endpoint.connectTimeoutSeconds))
    set(MYSQL_OPT_READ_TIMEOUT, UInt32(endpoint.readTimeoutSeconds))
    set(MYSQL_OPT_WRITE_TIMEOUT, UInt32(endpoint.writeTimeoutSeconds))
    // A connection made anew in silence would have lost its transaction and its settings.
    set(MYSQL_OPT_RECONNECT, false)
    // Otherwise any server could ask for any file this account can read.
    set(MYSQL_OPT_LOCAL_INFILE, UInt32(0))
    set(MYSQL_SET_CHARSET_NAME, "utf8mb4")
    switch endpoint.address {
    // Named, because the library takes the host `localhost` for a socket of its own choice.
    case .tcp: set(MYSQL_OPT_PROTOCOL, MYSQL_PROTOCOL_TCP.rawValue)
    case .unix: set(MYSQL_OPT_PROTOCOL, MYSQL_PROTOCOL_SOCKET.rawValue)
    }
  }

  private func setProtection(_ endpoint: MySQLEndpoint) throws(MySQLError) {
    set(MYSQL_OPT_SSL_ENFORCE, endpoint.tls != .disabled)
    set(MYSQL_OPT_SSL_VERIFY_SERVER_CERT, endpoint.tls == .verifyIdentity)
    guard endpoint.tls != .disabled else { return }
    set(MARIADB_OPT_TLS_VERSION, "TLSv1.2,TLSv1.3")
    // Enforcing alone goes on in plain text where the server offers no TLS. The library refuses
    // that server, before it sends anything, only where it has something to verify: the certificate
    // with its name, or a fingerprint, of which an empty one counts and is compared with nothing.
    if endpoint.tls != .verifyIdentity { set(MARIADB_OPT_TLS_PEER_FP, "") }
    guard endpoint.tls != .required else { return }
    // The name is compared only where an authority was given, so the system's is given by its path.
    set(MYSQL_OPT_SSL_CA, try authorities(for: endpoint))
  }

  /// Those given, or else the system's: Debian's, Red Hat's, Alpine's place for them.
  private func authorities(for endpoint: MySQLEndpoint) throws(MySQLError) -> String {
    if let file = endpoint.caFile { return file }
    let places = [
      "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem",
    ]
    for place in places where access(place, R_OK) == 0 { return place }
    throw MySQLError(
      operation: "connect", kind: .configuration, code: 0,
      message: "this system has no file of certificate authorities; give one with ssl-ca")
  }

  private func set(_ option: mysql_option, _ value: UInt32) {
    var value = value
    mysql_options(mysql, option, &value)
  }

  private func set(_ option: mysql_option, _ value: Bool) {
    var flag: my_bool = value ? 1 : 0
    mysql_options(mysql, option, &flag)
  }

  private func set(_ option: mysql_option, _ text: String) {
    mysql_options(mysql, option, text)
  }
}

extension MySQLEndpoint {
  /// Refuses what C or the library would read otherwise than we meant it.
  func checkUsable() throws(MySQLError) {
    var texts = [user, password ?? "", database, caFile ?? ""]
    switch address {
    case .tcp(let host, _):
      texts.append(host)
      // The library reads a host with these as a list of hosts, or as a string of options.
      if host.isEmpty || host.contains(where: { ";,= ".contains($0) }) {
        throw unusable("the host must be one name or address")
      }
    case .unix(let path):
      texts.append(path)
      // sockaddr_un has 108 bytes with the final zero; the library cuts a longer path off.
      guard (1...107).contains(path.utf8.count) else {
        throw unusable("the path of the socket must have 1 to 107 bytes")
      }
    }
    if texts.contains(where: { $0.utf8.contains(0) }) {
      throw unusable("a zero byte stands in the user, password, host, database or a path")
    }
    let seconds = 1...MySQLEndpoint.timeoutSecondsMax
    for timeout in [connectTimeoutSeconds, readTimeoutSeconds, writeTimeoutSeconds]
    where !seconds.contains(timeout) {
      throw unusable("a timeout must be 1 to \(MySQLEndpoint.timeoutSecondsMax) seconds")
    }
  }

  private func unusable(_ message: String) -> MySQLError {
    MySQLError(operation: "connect", kind: .configuration, code: 0, message: message)
  }
}
