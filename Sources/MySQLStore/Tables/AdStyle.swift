public import MySQLClient
public import Rules

/// The table `ad_style`: what each system shows at each position.
public struct AdStyle {
  let database: MySQLDatabase

  public init(_ database: MySQLDatabase) { self.database = database }

  /// Every system that has, or once had, a style, in order.
  public func systems() throws -> [String] {
    try database.retrying { connection in
      var systems: [String] = []
      try connection.forEachRow(
        "SELECT DISTINCT system_name FROM ad_style ORDER BY system_name", label: "read ad_style"
      ) { row in if let system = row.text(0) { systems.append(system) } }
      return systems
    }
  }

  /// Every position that has a style.
  public func positions() throws -> [ShelfPlan.Position] {
    try database.retrying { connection in
      var positions: [ShelfPlan.Position] = []
      try connection.forEachRow(
        """
        SELECT DISTINCT system_name, position FROM ad_style WHERE removed = 0 \
        ORDER BY system_name, position
        """, label: "read ad_style"
      ) { row in
        guard let system = row.text(0), let position = row.text(1) else { return }
        positions.append(.init(system: system, position: position))
      }
      return positions
    }
  }

  /// The styles that name a group.
  public func ofGroups() throws -> [CatalogueStyle] {
    try database.retrying { connection in
      try AdStyle.styles("WHERE s.code = '' AND s.removed = 0", on: connection)
    }
  }

  /// The styles that name one of these images.
  public func ofImages(_ codes: [Code]) throws -> [Code: [CatalogueStyle]] {
    try database.retrying { connection in
      var styles: [Code: [CatalogueStyle]] = [:]
      let values: [SQL] = codes.map { "\($0.bytes)" }
      for list in CatalogueText.lists(values, on: connection) {
        for style in try AdStyle.styles(
          "WHERE s.code IN (\(list)) AND s.removed = 0", on: connection)
        {
          if case .image(let code) = style.key.target { styles[code, default: []].append(style) }
        }
      }
      return styles
    }
  }

  /// The same for codes that lie side by side: read as one stretch, and with it the styles of whatever
  /// images lie between.
  public func ofImages(along codes: [Code]) throws -> [Code: [CatalogueStyle]] {
    guard let first = codes.first, let last = codes.last else { return [:] }
    return try database.retrying { connection in
      var styles: [Code: [CatalogueStyle]] = [:]
      for style in try AdStyle.styles(
        "WHERE s.code BETWEEN \(first.bytes) AND \(last.bytes) AND s.removed = 0", on: connection)
      {
        if case .image(let code) = style.key.target { styles[code, default: []].append(style) }
      }
      return styles
    }
  }

  /// The styles with these keys, held until the transaction of `connection` ends. `groups` has the
  /// number of every group that they name.
  public func rows(
    of keys: [CatalogueStyle.Key], groups: [String: UInt32], on connection: MySQLConnection
  ) throws -> [CatalogueStyle.Key: CatalogueStyle] {
    var codes: Set<Code> = []
    var numbers: Set<UInt32> = []
    for key in keys {
      switch key.target {
      case .image(let code): codes.insert(code)
      case .group(let name): if let number = groups[name] { numbers.insert(number) }
      }
    }
    var conditions: [SQL] = []
    for list in CatalogueText.lists(codes.sorted().map { "\($0.bytes)" }, on: connection) {
      conditions.append("s.code IN (\(list))")
    }
    for list in CatalogueText.lists(numbers.sorted().map { "\($0)" }, on: connection) {
      conditions.append("s.code = '' AND s.group_id IN (\(list))")
    }
    let wanted = Set(keys)
    var rows: [CatalogueStyle.Key: CatalogueStyle] = [:]
    for condition in conditions {
      for style in try AdStyle.styles(
        """
        WHERE \(condition) ORDER BY s.code, s.group_id, s.system_name, s.position\
        \(CatalogueText.lock(on: database))
        """, on: connection) where wanted.contains(style.key)
      {
        rows[style.key] = style
      }
    }
    return rows
  }

  /// The styles of a position that are not removed, held until the transaction ends.
  public func rows(
    of position: ShelfPlan.Position, on connection: MySQLConnection
  ) throws -> [CatalogueStyle] {
    try AdStyle.styles(
      """
      WHERE s.system_name = \(CatalogueText.text(position.system)) \
      AND s.position = \(CatalogueText.text(position.position)) AND s.removed = 0 \
      ORDER BY s.group_id, s.code\(CatalogueText.lock(on: database))
      """, on: connection)
  }

  /// Hands over all styles, removed ones included, a page at a time, in the order of systems,
  /// positions, groups and codes.
  public func walk(pageSize: Int = 2000, _ page: ([CatalogueStyle]) throws -> Void) throws {
    var last: SQL = "1 = 1"
    while true {
      var end: SQL?
      let styles = try database.retrying { connection in
        var styles: [CatalogueStyle] = []
        end = nil
        try connection.forEachRow(
          """
          \(AdStyle.columns) WHERE \(last) \
          ORDER BY s.system_name, s.position, s.group_id, s.code LIMIT \(pageSize)
          """, label: "read ad_style"
        ) { row in
          styles.append(try AdStyle.read(row))
          end = """
            (s.system_name, s.position, s.group_id, s.code) > \
            (\(CatalogueText.text(row.text(0) ?? "")), \(CatalogueText.text(row.text(1) ?? "")), \
            \(row.unsigned(6) ?? 0), \(row.bytes(3) ?? []))
            """
        }
        return styles
      }
      guard let end else { return }
      try page(styles)
      last = end
    }
  }

  /// Inserts or changes these.
  public func write(
    _ styles: [CatalogueStyle], groups: [String: UInt32], on connection: MySQLConnection
  ) throws {
    var statement = BulkStatement(
      head: """
        INSERT INTO ad_style (system_name, position, group_id, code, weight, removed, create_time, \
        update_time) VALUES
        """,
      row: """
        (CONVERT(? USING utf8mb4),CONVERT(? USING utf8mb4),?,?,?,?,UTC_TIMESTAMP(),UTC_TIMESTAMP())
        """,
      columns: [
        CatalogueText.column(64), CatalogueText.column(64), .unsigned,
        .bytes(max: Code.byteCountMax), .unsigned, .unsigned,
      ],
      tail: """
        /*!80019 AS new */ ON DUPLICATE KEY UPDATE \(CatalogueText.taken(["weight", "removed"]))\
        update_time = UTC_TIMESTAMP()
        """, label: "write ad_style", connection: connection)
    for style in styles {
      let (group, code) = AdStyle.columns(of: style.key, groups: groups)
      statement.put(Array(style.key.system.utf8))
      statement.put(Array(style.key.position.utf8))
      statement.put(UInt64(group))
      statement.put(code)
      statement.put(UInt64(style.weight))
      statement.put(style.isRemoved ? 1 : 0)
      try statement.endRow()
    }
    _ = try statement.finish()
  }

  /// A group that is not known has the number 0 only here, so that it finds nothing.
  private static func columns(
    of key: CatalogueStyle.Key, groups: [String: UInt32]
  ) -> (group: UInt32, code: [UInt8]) {
    switch key.target {
    case .image(let code): (0, code.bytes)
    case .group(let name): (groups[name] ?? 0, [])
    }
  }

  private static let columns: SQL = """
    SELECT s.system_name, s.position, g.name, s.code, s.weight, s.removed, s.group_id, \
    s.create_time, s.update_time FROM ad_style AS s LEFT JOIN ad_group AS g ON g.id = s.group_id
    """

  private static func styles(
    _ condition: SQL, on connection: MySQLConnection
  ) throws -> [CatalogueStyle] {
    var styles: [CatalogueStyle] = []
    try connection.forEachRow("\(columns) \(condition)", label: "read ad_style") { row in
      styles.append(try read(row))
    }
    return styles
  }

  private static func read(_ row: borrowing MySQLRow) throws(MySQLError) -> CatalogueStyle {
    guard let system = row.text(0), let position = row.text(1), let code = row.bytes(3),
      let weight = row.unsigned(4).flatMap({ UInt32(exactly: $0) }), let removed = row.unsigned(5)
    else { throw CatalogueText.damaged("ad_style") }
    let target: StyleTarget
    if code.isEmpty {
      // A number that no group has is what somebody wrote there by hand.
      target = .group(row.text(2) ?? "")
    } else {
      guard let code = Code(code) else { throw CatalogueText.damaged("ad_style") }
      target = .image(code)
    }
    var style = CatalogueStyle(
      key: .init(system: system, position: position, target: target), weight: weight,
      isRemoved: removed != 0)
    style.times = CatalogueText.times(row.bytes(7), row.bytes(8))
    return style
  }
}
