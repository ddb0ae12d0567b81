public import MySQLClient

/// The schema of one database: what it has, and what it lacks.
///
/// Shape: `tally_schema (version, name, applied_at)`, one row for each file of `sql/` that was applied.
public struct Schema {
  let connection: MySQLConnection

  public init(on connection: MySQLConnection) { self.connection = connection }

  /// Which versions were applied; empty also where there is no table to say so.
  public func appliedVersions() throws(MySQLError) -> Set<Int> {
    do {
      let rows = try connection.rows(
        "SELECT version FROM tally_schema", of: 1, label: "read tally_schema")
      return Set(rows.compactMap { $0[0].flatMap { Int(String(decoding: $0, as: UTF8.self)) } })
    } catch  where error.code == 1146 {  // no such table
      return []
    }
  }

  /// Takes the right to migrate this database; false where somebody else kept it for `waitSeconds`.
  ///
  /// Released when the connection ends, so a migration that was killed holds nobody up. The database's
  /// name goes in as a hash, because MySQL takes no lock name longer than 64 characters.
  public func lock(waitSeconds: Int) throws(MySQLError) -> Bool {
    let rows = try connection.rows(
      "SELECT GET_LOCK(CONCAT('tally migrate ', LEFT(SHA2(DATABASE(), 256), 32)), \(waitSeconds))",
      label: "lock schema")
    return rows.first?.first == Array("1".utf8)
  }

  /// Runs a migration's statements and records it.
  public func apply(_ migration: Migration) throws(MySQLError) {
    for statement in migration.statements {
      do {
        try connection.execute(SQL(trusted: statement), label: "migrate")
      } catch {
        throw MySQLError(
          operation: "migrate \(migration.name)", code: error.code, sqlState: error.sqlState,
          message: error.message)
      }
    }
  }
}
