/// What went wrong between us and a MySQL or MariaDB server.
public struct MySQLError: Error, Sendable, Equatable, CustomStringConvertible {
  public enum Kind: Sendable, Equatable {
    /// No connection could be made.
    case unreachable
    /// TLS was asked for and could not be had as asked: none offered, wrong authority, wrong name.
    case untrusted
    /// An open connection broke, or stayed silent longer than the endpoint's timeout.
    case disconnected
    /// The server answered with an error; see `code`.
    case refused
    /// The endpoint cannot be used as it is, or the session's settings do not hold.
    case configuration
    /// The statement ran, with warnings where none may be.
    case warnings
    /// The connection was used in the wrong order by the program.
    case outOfStep
  }

  /// What was being done: `connect`, `commit`, or the label of a statement, `merge ad_ctr`.
  public let operation: String
  public let kind: Kind
  /// The server's or the client library's error number; 0 when neither gave one.
  public let code: UInt32
  public let sqlState: String
  /// The server's or the library's words, control characters escaped. May contain data.
  public let message: String

  public init(
    operation: String, kind: Kind = .refused, code: UInt32, sqlState: String = "", message: String
  ) {
    self.operation = operation
    self.kind = kind
    self.code = code
    self.sqlState = sqlState
    self.message = escapingControls(message)
  }

  /// The rows are not those that were asked for; the library says the same of a packet.
  static func malformedAnswer(to operation: String) -> MySQLError {
    MySQLError(operation: operation, kind: .disconnected, code: 2027, message: "malformed answer")
  }

  /// True where the same transaction, run again from its start on a new connection, may succeed:
  /// a broken connection, or 1205, 1213, 1020, 2006, 2013, 4031, 1317, 1053 and MariaDB's 1927
  /// (connection was killed).
  public var isRetriable: Bool {
    kind == .disconnected || MySQLError.retriableCodes.contains(code)
  }

  private static let retriableCodes: Set<UInt32> = [
    1205, 1213, 1020, 2006, 2013, 4031, 1317, 1053, 1927,
  ]

  /// `mysql merge ad_ctr: error 1292: …`; values of a statement are never printed.
  public var description: String {
    "mysql \(operation): " + (code == 0 ? message : "error \(code): \(message)")
  }
}

/// A server's message may quote data, and data may drive a terminal: C0, DEL, C1 and the controls of
/// writing direction stand as `\u{1B}`.
func escapingControls(_ text: String) -> String {
  guard text.unicodeScalars.contains(where: isControl) else { return text }
  var escaped = ""
  for scalar in text.unicodeScalars {
    if isControl(scalar) {
      escaped += scalar.escaped(asASCII: true)
    } else {
      escaped.unicodeScalars.append(scalar)
    }
  }
  return escaped
}

private func isControl(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.value {
  case 0..<0x20, 0x7F..<0xA0, 0x61C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF: true
  default: false
  }
}
