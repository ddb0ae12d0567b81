internal import Glibc

/// A database that is connected to when it is first needed, and again whenever its connection broke.
public final class MySQLDatabase {
  public let endpoint: MySQLEndpoint
  public let settings: MySQLSessionSettings

  private let tries: Int
  private var open: MySQLConnection?
  private var isInTransaction = false

  public init(_ endpoint: MySQLEndpoint, settings: MySQLSessionSettings = .init(), tries: Int = 5) {
    self.endpoint = endpoint
    self.settings = settings
    self.tries = max(1, tries)
  }

  /// The open connection; connects when there is none.
  public func connection() throws(MySQLError) -> MySQLConnection {
    if let open, open.isUsable { return open }
    open = nil
    let fresh = try MySQLConnection(endpoint, settings: settings)
    open = fresh
    return fresh
  }

  /// Drops the connection, so that what follows is read by a fresh one.
  public func disconnect() { open = nil }

  /// Runs `body` between BEGIN and COMMIT. An error that is retriable drops the connection and runs
  /// the whole body again, at most `tries` times, with a growing and jittered pause; any other rolls
  /// back and is thrown. Since a lost COMMIT reply looks like a lost request, `body` must be safe to
  /// repeat after it was committed.
  @discardableResult
  public func transaction<T>(_ label: StaticString, _ body: (MySQLConnection) throws -> T) throws
    -> T
  {
    precondition(!isInTransaction, "a transaction inside another would commit the outer one")
    isInTransaction = true
    defer { isInTransaction = false }
    return try retrying { connection in
      try connection.execute("START TRANSACTION", label: label)
      do {
        let value = try body(connection)
        try commit(connection, label)
        return value
      } catch {
        rollBack(connection)
        throw error
      }
    }
  }

  /// Runs `body` outside a transaction (reads, autocommitted single statements), repeated like one.
  @discardableResult
  public func retrying<T>(_ body: (MySQLConnection) throws -> T) throws -> T {
    var failures = 0
    while true {
      do {
        return try body(try connection())
      } catch let error as MySQLError where isWorthRetrying(error, after: failures) {
        // The new session has new settings, and the old one's locks go with it.
        disconnect()
        failures += 1
        if failures >= tries { throw error }
        pause(before: failures)
      }
    }
  }

  /// A server that was there a moment ago may be starting again; one that never was is refused at
  /// once.
  private func isWorthRetrying(_ error: MySQLError, after failures: Int) -> Bool {
    error.isRetriable || (failures > 0 && error.kind == .unreachable)
  }

  private func commit(_ connection: MySQLConnection, _ label: StaticString) throws(MySQLError) {
    // Statements after the end of a transaction were committed one by one: half of it may stay.
    guard connection.isInTransaction else {
      throw MySQLError(
        operation: "\(label)", kind: .outOfStep, code: 0,
        message: "the transaction ended before its commit")
    }
    try connection.execute("COMMIT", label: label)
  }

  /// Best effort: where it fails the connection is dropped, and the server rolls back by itself.
  private func rollBack(_ connection: MySQLConnection) {
    do {
      try connection.execute("ROLLBACK", label: "rollback")
    } catch {
      disconnect()
    }
  }

  /// 50 ms doubled with each failure, between half and one and a half of it, so that two runs that
  /// met once do not meet again.
  private func pause(before failures: Int) {
    let milliseconds = 50 * Double(1 << (failures - 1)) * Double.random(in: 0.5..<1.5)
    usleep(UInt32(milliseconds * 1000))
  }
}
