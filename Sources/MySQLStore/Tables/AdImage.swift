public import MySQLClient
public import Rules

/// The table `ad_image`: the images of the catalogue, each under its own code.
public struct AdImage {
  let database: MySQLDatabase

  public init(_ database: MySQLDatabase) { self.database = database }

  /// Hands over all codes in ascending order, at most `pageSize` at a time, also of removed images:
  /// they may have counters left.
  ///
  /// No result stays open between two pages, however long the caller takes.
  public func walkCodes(pageSize: Int = 2000, _ page: ([Code]) throws -> Void) throws {
    var last: [UInt8] = []
    while true {
      let codes = try database.retrying { connection in
        var codes: [Code] = []
        try connection.forEachRow(
          "SELECT code FROM ad_image WHERE code > \(last) ORDER BY code LIMIT \(pageSize)",
          label: "read ad_image"
        ) { row in
          if let code = row.bytes(0).flatMap({ Code($0) }) { codes.append(code) }
        }
        return codes
      }
      guard let end = codes.last else { return }
      try page(codes)
      last = end.bytes
    }
  }

  /// Hands over all images in the order of their codes, removed ones included, a page at a time.
  public func walk(
    pageSize: Int = 2000, _ page: ([CatalogueImage]) throws -> Void
  ) throws {
    var last: [UInt8] = []
    while true {
      let images = try database.retrying { connection in
        try AdImage.images(
          "WHERE i.code > \(last) ORDER BY i.code LIMIT \(pageSize)", on: connection)
      }
      guard let end = images.last else { return }
      try page(images)
      last = end.code.bytes
    }
  }

  /// Whether the catalogue has any image, removed ones included.
  public func hasAny() throws -> Bool {
    try database.retrying { connection in
      try !connection.rows("SELECT 1 FROM ad_image LIMIT 1", of: 1, label: "read ad_image").isEmpty
    }
  }

  /// Which of these codes the catalogue has, be it as removed images.
  public func known(of codes: Set<Code>) throws -> Set<Code> {
    try database.retrying { connection in
      var known: Set<Code> = []
      let values: [SQL] = codes.sorted().map { "\($0.bytes)" }
      for list in CatalogueText.lists(values, on: connection) {
        try connection.forEachRow(
          "SELECT code FROM ad_image WHERE code IN (\(list))", label: "read ad_image"
        ) { row in
          if let code = row.bytes(0).flatMap({ Code($0) }) { known.insert(code) }
        }
      }
      return known
    }
  }

  /// The images of these codes, as they are now.
  public func rows(of codes: [Code]) throws -> [Code: CatalogueImage] {
    try database.retrying { connection in
      try AdImage.rows(of: codes, lock: "", on: connection)
    }
  }

  /// The same for codes that lie side by side, such as a page of `walkCodes`: read as one stretch.
  public func rows(along codes: [Code]) throws -> [Code: CatalogueImage] {
    guard let first = codes.first, let last = codes.last else { return [:] }
    let wanted = Set(codes)
    return try database.retrying { connection in
      var rows: [Code: CatalogueImage] = [:]
      rows.reserveCapacity(codes.count)
      try AdImage.forEach(
        "WHERE i.code BETWEEN \(first.bytes) AND \(last.bytes)", on: connection
      ) { image in
        // What was added since the codes were read is not waited for.
        if wanted.contains(image.code) { rows[image.code] = image }
      }
      return rows
    }
  }

  /// As `rows(of:)`, held until the transaction of `connection` ends.
  public func rows(
    of codes: [Code], on connection: MySQLConnection
  ) throws -> [Code: CatalogueImage] {
    try AdImage.rows(of: codes, lock: CatalogueText.lock(on: database), on: connection)
  }

  /// The images of a group that are not removed, held until the transaction ends.
  public func rows(
    ofGroup id: UInt32, on connection: MySQLConnection
  ) throws -> [CatalogueImage] {
    try AdImage.images(
      """
      WHERE i.group_id = \(id) AND i.removed = 0 ORDER BY i.code\
      \(CatalogueText.lock(on: database))
      """, on: connection)
  }

  /// Inserts or changes these. `groups` has the number of every group that they name.
  public func write(
    _ images: [CatalogueImage], groups: [String: UInt32], on connection: MySQLConnection
  ) throws {
    var statement = BulkStatement(
      head: AdImage.insertHead, row: AdImage.insertRow, columns: AdImage.insertColumns,
      tail: AdImage.insertTail, label: "write ad_image", connection: connection)
    for image in images.sorted(by: { $0.code < $1.code }) {
      statement.put(image.code.bytes)
      for text in [image.name, image.url, image.link, image.note, image.deviceModel] {
        statement.put(Array(text.utf8))
      }
      statement.put(CatalogueText.time(image.upTime))
      statement.put(CatalogueText.time(image.downTime))
      statement.put(UInt64(image.group.flatMap { groups[$0] } ?? 0))
      statement.put(UInt64(image.weight))
      statement.put(image.isRemoved ? 1 : 0)
      try statement.endRow()
    }
    _ = try statement.finish()
  }

  private static let insertHead: SQL = """
    INSERT INTO ad_image (code, name, url, link, note, device_model, up_time, down_time, group_id, \
    weight, removed, create_time, update_time) VALUES
    """

  private static let insertRow: SQL = """
    (?,CONVERT(? USING utf8mb4),CONVERT(? USING utf8mb4),CONVERT(? USING utf8mb4),\
    CONVERT(? USING utf8mb4),CONVERT(? USING utf8mb4),CONVERT(? USING utf8mb4),\
    CONVERT(? USING utf8mb4),?,?,?,UTC_TIMESTAMP(),UTC_TIMESTAMP())
    """

  private static let insertColumns: [BulkColumn] = [
    .bytes(max: Code.byteCountMax), CatalogueText.column(128), CatalogueText.column(2048),
    CatalogueText.column(2048), CatalogueText.column(1024), CatalogueText.column(128),
    CatalogueText.timeColumn, CatalogueText.timeColumn, .unsigned, .unsigned, .unsigned,
  ]

  private static let insertTail: SQL = """
    /*!80019 AS new */ ON DUPLICATE KEY UPDATE \
    \(CatalogueText.taken([
      "name", "url", "link", "note", "group_id", "weight", "device_model", "up_time", "down_time",
      "removed",
    ]))update_time = UTC_TIMESTAMP()
    """

  private static func rows(
    of codes: [Code], lock: SQL, on connection: MySQLConnection
  ) throws -> [Code: CatalogueImage] {
    var rows: [Code: CatalogueImage] = [:]
    let values: [SQL] = codes.sorted().map { "\($0.bytes)" }
    for list in CatalogueText.lists(values, on: connection) {
      for image in try images(
        "WHERE i.code IN (\(list)) ORDER BY i.code\(lock)", on: connection)
      {
        rows[image.code] = image
      }
    }
    return rows
  }

  private static func images(
    _ condition: SQL, on connection: MySQLConnection
  ) throws -> [CatalogueImage] {
    var images: [CatalogueImage] = []
    try forEach(condition, on: connection) { images.append($0) }
    return images
  }

  private static func forEach(
    _ condition: SQL, on connection: MySQLConnection, _ body: (CatalogueImage) -> Void
  ) throws {
    try connection.forEachRow(
      """
      SELECT i.code, i.name, i.url, i.link, i.note, g.name, i.weight, i.device_model, i.up_time, \
      i.down_time, i.removed, i.create_time, i.update_time \
      FROM ad_image AS i LEFT JOIN ad_group AS g ON g.id = i.group_id \(condition)
      """, label: "read ad_image"
    ) { row in body(try read(row)) }
  }

  private static func read(_ row: borrowing MySQLRow) throws(MySQLError) -> CatalogueImage {
    guard let code = row.bytes(0).flatMap({ Code($0) }), let name = row.text(1),
      let url = row.text(2), let link = row.text(3), let note = row.text(4),
      let weight = row.unsigned(6).flatMap({ UInt32(exactly: $0) }), let device = row.text(7),
      let removed = row.unsigned(10)
    else { throw CatalogueText.damaged("ad_image") }
    var image = CatalogueImage(code: code)
    image.name = name
    image.url = url
    image.link = link
    image.note = note
    image.group = row.text(5)
    image.weight = weight
    image.deviceModel = device
    // What somebody wrote there by hand and is no time shows the image never.
    image.upTime = CatalogueText.instant(row.bytes(8)) ?? CatalogueImage.never
    image.downTime = CatalogueText.instant(row.bytes(9)) ?? CatalogueImage.always
    image.isRemoved = removed != 0
    image.times = CatalogueText.times(row.bytes(11), row.bytes(12))
    return image
  }
}
