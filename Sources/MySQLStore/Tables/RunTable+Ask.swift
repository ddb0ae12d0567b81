public import MySQLClient

/// How a job ran last, as the history has it.
public struct RunHistory: Equatable, Sendable {
  /// One run: when it began and ended, in seconds since 1970, and its exit code.
  public struct Run: Equatable, Sendable {
    public let startedAt: Int
    public let finishedAt: Int
    public let exitCode: Int
  }

  public let last: Run?
  /// The last one that did all that could be done, with or without rejected items.
  public let lastDone: Run?
}

extension RunTable {
  /// The history of one job.
  public static func history(
    of job: String, on connection: MySQLConnection
  ) throws(MySQLError) -> RunHistory {
    RunHistory(
      last: try run(of: job, "", on: connection),
      lastDone: try run(of: job, "AND exit_code IN (0, 65)", on: connection))
  }

  private static func run(
    of job: String, _ condition: SQL, on connection: MySQLConnection
  ) throws(MySQLError) -> RunHistory.Run? {
    let rows = try connection.rows(
      """
      SELECT UNIX_TIMESTAMP(started_at), UNIX_TIMESTAMP(finished_at), exit_code FROM tally_run \
      WHERE job = \(CatalogueText.text(job)) \(condition) ORDER BY finished_at DESC, id DESC LIMIT 1
      """, of: 3, label: "read tally_run")
    guard let row = rows.first else { return nil }
    let numbers = row.map { $0.flatMap { Int(String(decoding: $0, as: UTF8.self)) } }
    guard let started = numbers[0], let finished = numbers[1], let code = numbers[2] else {
      throw MySQLError(operation: "read tally_run", code: 0, message: "a row is no run")
    }
    return RunHistory.Run(startedAt: started, finishedAt: finished, exitCode: code)
  }
}

extension Schema {
  /// Since when the database has a schema, in seconds since 1970; nil where it has none.
  public func firstAppliedAt() throws(MySQLError) -> Int? {
    let rows = try connection.rows(
      "SELECT UNIX_TIMESTAMP(MIN(applied_at)) FROM tally_schema", of: 1,
      label: "read tally_schema")
    return rows.first?[0].flatMap { Int(String(decoding: $0, as: UTF8.self)) }
  }
}
