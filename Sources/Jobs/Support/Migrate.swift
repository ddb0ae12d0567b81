public import MySQLClient
internal import MySQLStore

/// Brings the tables and views of `sql/` into a database: safe to repeat and to run twice at once.
public struct Migrate {
  /// How long a second migration of the same database waits for the first.
  public var lockWaitSeconds: Int

  public init(lockWaitSeconds: Int = 30) { self.lockWaitSeconds = lockWaitSeconds }

  /// Applies what is missing and returns the versions it applied, such as `0001-adstat`; empty when
  /// there was nothing to do. With `isDryRun` it only says what it would apply.
  ///
  /// Throws `JobFailure` where the database is newer than this program, where its tables are not
  /// what the files would have made, or where another migration does not end.
  public func perform(on endpoint: MySQLEndpoint, isDryRun: Bool) throws -> [String] {
    var settings = MySQLSessionSettings()
    settings.access = isDryRun ? .readOnly : .readWrite
    let connection = try MySQLConnection(endpoint, settings: settings)
    let schema = Schema(on: connection)
    if isDryRun { return try SchemaPreflight.missing(in: schema).map(\.name) }

    guard try schema.lock(waitSeconds: lockWaitSeconds) else {
      throw JobFailure(
        .tryAgain, "another migration of this database has been running for a while",
        hint: "Run it again when the other one has ended.")
    }
    let missing = try SchemaPreflight.missing(in: schema)
    for migration in missing { try schema.apply(migration) }
    // CREATE TABLE IF NOT EXISTS leaves a table of another shape as it was.
    try SchemaPreflight.checkShapes(of: TableShape.all, on: connection)
    return missing.map(\.name)
  }

  /// All statements, as a person would run them; running them again changes nothing.
  public static func printedSQL() -> String {
    Migration.all.map(\.script).joined(separator: "\n")
  }

  /// The two accounts and their rights.
  public static func printedGrants(database: String) -> String { Grants.script(database: database) }
}
