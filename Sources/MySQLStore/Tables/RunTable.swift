public import MySQLClient

/// One run of a job, as the history keeps it.
public struct RunRow: Sendable, Equatable {
  /// As on the command line: `adstat archive-day`.
  public var job: String
  /// Seconds since 1970.
  public var startedAt: Int
  /// Seconds since 1970.
  public var finishedAt: Int
  /// How long it took, by a clock that nobody sets.
  public var seconds: Double
  public var host: String
  /// Of tally.
  public var version: String
  /// 0 to 255.
  public var exitCode: Int32
  public var found: Int
  public var changed: Int
  public var unchanged: Int
  public var forgotten: Int
  public var rejected: Int
  /// Why it failed; empty where it did not.
  public var message: String

  public init(
    job: String, startedAt: Int, finishedAt: Int, seconds: Double, host: String, version: String,
    exitCode: Int32, found: Int, changed: Int, unchanged: Int, forgotten: Int, rejected: Int,
    message: String = ""
  ) {
    self.job = job
    self.startedAt = startedAt
    self.finishedAt = finishedAt
    self.seconds = seconds
    self.host = host
    self.version = version
    self.exitCode = exitCode
    self.found = found
    self.changed = changed
    self.unchanged = unchanged
    self.forgotten = forgotten
    self.rejected = rejected
    self.message = message
  }
}

/// The history of runs: `tally_run`. Rows are appended; nothing depends on them.
public enum RunTable {
  /// Appends the row of a run that has ended. Texts longer than their column are cut.
  public static func append(_ row: RunRow, to connection: MySQLConnection) throws(MySQLError) {
    try connection.execute(
      """
      INSERT INTO tally_run (job, started_at, finished_at, seconds, host, version, exit_code,
        found, changed, unchanged, forgotten, rejected, message)
      VALUES (\(column(row.job, lengthMax: 64)), FROM_UNIXTIME(\(row.startedAt)),
        FROM_UNIXTIME(\(row.finishedAt)), \(milliseconds(row.seconds)) * 0.001,
        \(column(row.host, lengthMax: 255)), \(column(row.version, lengthMax: 64)),
        \(UInt8(clamping: row.exitCode)), \(row.found), \(row.changed), \(row.unchanged),
        \(row.forgotten), \(row.rejected), \(column(row.message, lengthMax: 1024)))
      """, label: "append tally_run")
  }

  /// Appends the row over a connection of its own that waits for nobody long. Best effort: a run that
  /// did its work has done it, whether or not this row is written. Returns why it was not.
  @discardableResult
  public static func record(_ row: RunRow, at endpoint: MySQLEndpoint) -> MySQLError? {
    var endpoint = endpoint
    endpoint.connectTimeoutSeconds = min(2, endpoint.connectTimeoutSeconds)
    endpoint.readTimeoutSeconds = min(5, endpoint.readTimeoutSeconds)
    endpoint.writeTimeoutSeconds = min(5, endpoint.writeTimeoutSeconds)
    var settings = MySQLSessionSettings()
    settings.lockWaitTimeoutSeconds = 2
    do {
      try append(row, to: MySQLConnection(endpoint, settings: settings))
      return nil
    } catch {
      return error
    }
  }

  private static func column(_ text: String, lengthMax: Int) -> SQL {
    var scalars = String.UnicodeScalarView()
    scalars.append(contentsOf: text.unicodeScalars.prefix(lengthMax))
    return "CONVERT(\(text: String(scalars)) USING utf8mb4)"
  }

  private static func milliseconds(_ seconds: Double) -> Int {
    seconds.isFinite ? Int(min(max(seconds, 0), 999_999_999) * 1000) : 0
  }
}
