/// What went wrong between us and a Redis server.
public struct RedisError: Error, Sendable, CustomStringConvertible {
  public enum Kind: Sendable, Equatable {
    /// No connection could be made.
    case unreachable
    /// The server stayed silent longer than the endpoint's timeout.
    case timedOut
    /// An open connection broke.
    case disconnected
    /// What came back is no RESP, or has not the shape the command promises.
    case malformedReply
    /// The server answered with an error; `code` is its first word, such as `OOM` or `NOPERM`.
    case refused(code: String)
    /// A write was asked of a read-only connection; nothing was sent.
    case readOnlyConnection
  }

  public let operation: String
  public let kind: Kind
  public let message: String

  public init(operation: String, kind: Kind, message: String) {
    self.operation = operation
    self.kind = kind
    self.message = message
  }

  /// `redis GET adstat:7: connection refused`, in this order always.
  public var description: String { "redis \(operation): \(message)" }
}
