internal import MySQLClient
internal import MySQLStore

/// Looks at the database before a job's first write: nothing is written into a schema that is missing,
/// older than this program, or made so that counts would be lost in it.
enum SchemaPreflight {
  /// Throws `JobFailure(.configuration)` where the schema or one of `tables` is not what is needed.
  static func check(_ tables: [TableShape], on connection: MySQLConnection) throws {
    let missing = try missing(in: Schema(on: connection))
    if let first = missing.first {
      throw JobFailure(
        .configuration,
        missing.count == Migration.all.count
          ? "the database has no schema" : "the database's schema lacks \(first.name)",
        hint: "Run `tally migrate`.")
    }
    try checkShapes(of: tables, on: connection)
  }

  /// What the database still lacks, in the order to apply it.
  ///
  /// Throws where it has a version this program does not know: what that one changed, and what this
  /// program would spoil, cannot be told.
  static func missing(in schema: Schema) throws -> [Migration] {
    let applied = try schema.appliedVersions()
    if let newest = applied.max(), newest > Migration.all.last?.version ?? 0 {
      throw JobFailure(
        .configuration,
        "the database's schema has version \(newest), this program knows none above "
          + "\(Migration.all.last?.version ?? 0)",
        hint: "Install the version of tally that migrated it, or a later one.")
    }
    return Migration.all.filter { !applied.contains($0.version) }
  }

  /// Names every violation at once, so that they can be put right at once.
  static func checkShapes(of tables: [TableShape], on connection: MySQLConnection) throws {
    let check = TableCheck(on: connection)
    let violations = try tables.flatMap(check.violations(of:))
    guard !violations.isEmpty else { return }
    throw JobFailure(
      .configuration, violations.map(\.description).joined(separator: "; "),
      hint: "Compare the table with `tally migrate --print-sql`.")
  }
}
