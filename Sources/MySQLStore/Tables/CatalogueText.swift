internal import MySQLClient
internal import Rules

/// How the catalogue's tables write texts and times, and read them back.
enum CatalogueText {
  /// A text, comparable with a column of text.
  static func text(_ value: String) -> SQL {
    "CONVERT(\(text: value) USING utf8mb4) COLLATE utf8mb4_bin"
  }

  /// The column of a text, in bytes: up to four a character.
  static func column(_ lengthMax: Int) -> BulkColumn { .bytes(max: 4 * lengthMax) }

  /// The column of a time.
  static let timeColumn = BulkColumn.bytes(max: 19)

  /// An instant as a DATETIME in UTC. As a text, because FROM_UNIXTIME ends in 2038 on some servers.
  static func time(_ instant: Int) -> [UInt8] {
    Array(LocalClock.utc.time(at: instant).description.utf8)
  }

  /// Nil where a column holds no such time, such as 0000-00-00.
  static func instant(_ bytes: [UInt8]?) -> Int? {
    bytes.flatMap { LocalTime(bytes: $0[...]) }?.instantInUTC
  }

  /// When a row was made and changed; nil where that is damaged, which spoils nothing.
  static func times(_ created: [UInt8]?, _ updated: [UInt8]?) -> CatalogueTimes? {
    guard let created = instant(created), let updated = instant(updated) else { return nil }
    return CatalogueTimes(created: created, updated: updated)
  }

  /// `name = …, note = …`, each the value of the row that could not be inserted. One text for both
  /// servers: MySQL names that row `new`, MariaDB asks for it by VALUES().
  static func taken(_ columns: [String]) -> SQL {
    var list: SQL = ""
    for column in columns {
      list.append(
        """
        \(name: column) = /*!80019 new.\(name: column) */ /*M! VALUES(\(name: column)) */, 
        """)
    }
    return list
  }

  /// Joins values with commas, as many as fit a statement.
  static func lists(_ values: [SQL], on connection: MySQLConnection) -> [SQL] {
    let bytesMax = min(1 << 20, connection.maxAllowedPacketBytes / 4)
    var lists: [SQL] = []
    var list: SQL = ""
    var count = 0
    for value in values {
      if count > 0 { list.append(",") }
      list.append(value)
      count += 1
      // From 1000 on MariaDB would turn the list into a subquery.
      if count == 500 || list.bytes.count > bytesMax {
        lists.append(list)
        list = ""
        count = 0
      }
    }
    if count > 0 { lists.append(list) }
    return lists
  }

  /// What is read in order to be changed stays as it is until then; a read-only session may not lock.
  static func lock(on database: MySQLDatabase) -> SQL {
    database.settings.access == .readWrite ? " FOR UPDATE" : ""
  }

  static func damaged(_ table: StaticString) -> MySQLError {
    MySQLError(operation: "read \(table)", code: 0, message: "a row is none of the catalogue")
  }
}
