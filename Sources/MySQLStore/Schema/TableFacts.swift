internal import MySQLClient

/// What the server's catalogue tells of one table.
struct TableFacts: Equatable {
  struct Column: Equatable {
    var name: String
    /// Without a display width, so that `int(10) unsigned` of one server is `int unsigned` of the other.
    var type: String
    var isNullable: Bool
    var isGenerated: Bool
  }

  struct UniqueKey: Equatable {
    /// `PRIMARY` for the primary key.
    var name: String
    /// Where only the beginning of a column counts: `code(10)`; where it is no column: an expression.
    var columns: [String]
  }

  /// `BASE TABLE` or `VIEW`.
  var kind: String
  var engine: String
  var columns: [Column]
  var uniqueKeys: [UniqueKey]
  /// Only an account with the right TRIGGER is shown triggers. One that the working account cannot
  /// see and that changes values is caught later: what was written is read back before anything is
  /// forgotten.
  var triggers: [String]

  /// Nil where the connection's database has no such table, or shows none to this account.
  static func read(_ table: String, on connection: MySQLConnection) throws(MySQLError) -> Self? {
    func rows(of columnCount: Int, _ select: String) throws(MySQLError) -> [[String?]] {
      try connection.rows(SQL(trusted: select), of: columnCount, label: "check table").map { row in
        row.map { $0.map { String(decoding: $0, as: UTF8.self) } }
      }
    }
    let here = "TABLE_SCHEMA = DATABASE() AND TABLE_NAME = '\(table)'"
    let kinds = try rows(
      of: 2, "SELECT TABLE_TYPE, ENGINE FROM information_schema.TABLES WHERE \(here)")
    guard let kind = kinds.first else { return nil }
    let columns = try rows(
      of: 4,
      """
      SELECT COLUMN_NAME, COLUMN_TYPE, IS_NULLABLE, GENERATION_EXPRESSION
      FROM information_schema.COLUMNS WHERE \(here) ORDER BY ORDINAL_POSITION
      """)
    let keyParts = try rows(
      of: 3,
      """
      SELECT INDEX_NAME, COLUMN_NAME, SUB_PART FROM information_schema.STATISTICS
      WHERE \(here) AND NON_UNIQUE = 0 ORDER BY INDEX_NAME, SEQ_IN_INDEX
      """)
    let triggers = try rows(
      of: 1,
      """
      SELECT TRIGGER_NAME FROM information_schema.TRIGGERS
      WHERE EVENT_OBJECT_SCHEMA = DATABASE() AND EVENT_OBJECT_TABLE = '\(table)'
      ORDER BY TRIGGER_NAME
      """)
    return TableFacts(
      kind: kind[0] ?? "", engine: kind[1] ?? "", columns: columns.map(Column.init(row:)),
      uniqueKeys: uniqueKeys(parts: keyParts), triggers: triggers.map { $0[0] ?? "" })
  }

  private static func uniqueKeys(parts: [[String?]]) -> [UniqueKey] {
    parts.reduce(into: []) { keys, part in
      let name = part[0] ?? ""
      let column = (part[1] ?? "an expression") + (part[2].map { "(\($0))" } ?? "")
      if keys.last?.name == name {
        keys[keys.count - 1].columns.append(column)
      } else {
        keys.append(UniqueKey(name: name, columns: [column]))
      }
    }
  }
}

extension TableFacts.Column {
  /// A row of name, type, YES or NO, generation expression.
  fileprivate init(row: [String?]) {
    name = row[0] ?? ""
    type = Self.withoutDisplayWidth(row[1] ?? "")
    isNullable = row[2] != "NO"
    isGenerated = !(row[3] ?? "").isEmpty
  }

  /// `int(10) unsigned` -> `int unsigned`; the width of other types means something and stays.
  static func withoutDisplayWidth(_ type: String) -> String {
    guard let open = type.firstIndex(of: "("), let close = type.firstIndex(of: ")"),
      type[..<open].hasSuffix("int")
    else { return type }
    return String(type[..<open] + type[type.index(after: close)...])
  }
}
