public import MySQLClient
public import Rules

/// The table `ad_group`: the groups of the catalogue, each with a number that the others name it by.
public struct AdGroup {
  let database: MySQLDatabase

  public init(_ database: MySQLDatabase) { self.database = database }

  /// The groups of these names, held until the transaction of `connection` ends.
  public func rows(
    of names: [String], on connection: MySQLConnection
  ) throws -> [String: (id: UInt32, group: CatalogueGroup)] {
    var rows: [String: (id: UInt32, group: CatalogueGroup)] = [:]
    let lock = CatalogueText.lock(on: database)
    for list in CatalogueText.lists(names.sorted().map(CatalogueText.text), on: connection) {
      try connection.forEachRow(
        "\(AdGroup.columns) WHERE name IN (\(list)) ORDER BY id\(lock)",
        label: "read ad_group"
      ) { row in
        let (id, group) = try AdGroup.read(row)
        rows[group.name] = (id, group)
      }
    }
    return rows
  }

  /// All groups in the order of their names, removed ones included.
  public func all() throws -> [CatalogueGroup] {
    try database.retrying { connection in
      var groups: [CatalogueGroup] = []
      try connection.forEachRow(
        "\(AdGroup.columns) ORDER BY name", label: "read ad_group"
      ) { row in groups.append(try AdGroup.read(row).group) }
      return groups
    }
  }

  /// Inserts or changes these.
  public func write(_ groups: [CatalogueGroup], on connection: MySQLConnection) throws {
    var statement = BulkStatement(
      head: "INSERT INTO ad_group (name, note, removed, create_time, update_time) VALUES",
      row: """
        (CONVERT(? USING utf8mb4),CONVERT(? USING utf8mb4),?,UTC_TIMESTAMP(),UTC_TIMESTAMP())
        """,
      columns: [CatalogueText.column(128), CatalogueText.column(1024), .unsigned],
      tail: """
        /*!80019 AS new */ ON DUPLICATE KEY UPDATE \(CatalogueText.taken(["note", "removed"]))\
        update_time = UTC_TIMESTAMP()
        """, label: "write ad_group", connection: connection)
    for group in groups.sorted(by: { $0.name < $1.name }) {
      statement.put(Array(group.name.utf8))
      statement.put(Array(group.note.utf8))
      statement.put(group.isRemoved ? 1 : 0)
      try statement.endRow()
    }
    _ = try statement.finish()
  }

  private static let columns: SQL =
    "SELECT id, name, note, removed, create_time, update_time FROM ad_group"

  private static func read(
    _ row: borrowing MySQLRow
  ) throws(MySQLError) -> (id: UInt32, group: CatalogueGroup) {
    guard let id = row.unsigned(0).flatMap({ UInt32(exactly: $0) }), let name = row.text(1),
      let note = row.text(2), let removed = row.unsigned(3)
    else { throw CatalogueText.damaged("ad_group") }
    var group = CatalogueGroup(name: name, note: note, isRemoved: removed != 0)
    group.times = CatalogueText.times(row.bytes(4), row.bytes(5))
    return (id, group)
  }
}
