/// Why a job stopped before its work was done; the door turns it into an exit code.
public struct JobFailure: Error, Equatable, CustomStringConvertible {
  /// Named after sysexits(3), which the exit codes are taken from.
  public enum Reason: Equatable, Sendable {
    /// 64: what was asked for cannot be done, such as an hour of a sealed day.
    case usage
    /// 69: a server refuses or cannot be reached.
    case unavailable
    /// 70: the read-back did not show what was committed, or a bug.
    case readBackMismatch
    /// 73: a file or directory cannot be created.
    case cannotCreate
    /// 74: a file cannot be written or read.
    case inputOutput
    /// 75: try again later: lock held, retries used up, server full.
    case tryAgain
    /// 76: Redis is older than an archive.
    case redisBehindArchive
    /// 77: a right is missing.
    case noPermission
    /// 78: configuration, schema or lineage.
    case configuration
    /// 128 + signal.
    case interrupted(signal: Int32)
  }

  public let reason: Reason
  /// Lowercase, no full stop.
  public let message: String
  /// A sentence saying what to do; nil where there is nothing to do.
  public let hint: String?

  public init(_ reason: Reason, _ message: String, hint: String? = nil) {
    self.reason = reason
    self.message = message
    self.hint = hint
  }

  public var description: String { message }
}
