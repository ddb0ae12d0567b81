public import MySQLClient

/// What a MySQL or MariaDB server tells of itself.
public struct ServerFacts: Equatable, Sendable {
  public let isReadOnly: Bool
  /// By the server's clock, in seconds since 1970.
  public let now: Int
  /// The cipher of this connection; empty where it is plain.
  public let cipher: String

  public static func read(on connection: MySQLConnection) throws(MySQLError) -> ServerFacts {
    let rows = try connection.rows(
      "SELECT @@GLOBAL.read_only, UNIX_TIMESTAMP()", of: 2, label: "look at server")
    let ciphers = try connection.rows(
      "SHOW SESSION STATUS LIKE 'Ssl_cipher'", of: 2, label: "look at server")
    let words = rows.first?.map { String(decoding: $0 ?? [], as: UTF8.self) } ?? []
    guard words.count == 2, let now = Int(words[1]) else {
      throw MySQLError(operation: "look at server", code: 0, message: "no clock came back")
    }
    return ServerFacts(
      isReadOnly: words[0] == "1" || words[0] == "ON", now: now,
      cipher: String(decoding: ciphers.first?[1] ?? [], as: UTF8.self))
  }
}

/// Asks for the rights of the working account, by statements that change nothing: they are explained and
/// not run, or ask for no row.
public enum WorkingRights {
  /// What is missing, such as `INSERT on ad_ctr`; a table that is not there is the schema's matter.
  public static func missing(on connection: MySQLConnection) throws(MySQLError) -> [String] {
    var missing: [String] = []
    for (table, column) in tables {
      let probes: [(right: String, statement: SQL)] = [
        ("SELECT", "SELECT 1 FROM \(name: table) LIMIT 0"),
        ("INSERT", "EXPLAIN INSERT INTO \(name: table) SELECT * FROM \(name: table) WHERE 1 = 0"),
        (
          "UPDATE",
          "EXPLAIN UPDATE \(name: table) SET \(name: column) = \(name: column) WHERE 1 = 0"
        ),
      ]
      for (right, statement) in probes where try !isAllowed(statement, connection) {
        missing.append("\(right) on \(table)")
      }
    }
    return missing
  }

  /// The tables that jobs and commands write to, each with a column of it.
  private static let tables = [
    ("ad_ctr", "show_count"), ("ad_source", "seq"), ("login_month", "days"), ("tally_run", "found"),
    ("cpc_day", "estimate"), ("ad_group", "note"), ("ad_image", "note"), ("ad_style", "weight"),
  ]

  private static func isAllowed(
    _ statement: SQL, _ connection: MySQLConnection
  ) throws(MySQLError) -> Bool {
    do {
      _ = try connection.rows(statement, label: "try rights")
      return true
    } catch  where [1044, 1142, 1143].contains(error.code) {
      return false
    } catch  where error.code == 1146 {
      return true
    }
  }
}
