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
}
