public import MySQLClient
internal import Rules

/// The table `ad_ctr`: how often each image was shown and clicked, by hour.
///
/// Shape: `(day, code, hour, epoch)` -> `show_count`, `click_count`.
/// Merge: the larger of each, so repeating a merge changes nothing and an older one lowers nothing.
public struct AdCtr {
  let database: MySQLDatabase

  public init(_ database: MySQLDatabase) { self.database = database }

  /// How `compare` finds the rows of a run.
  public enum Lookup: Sendable {
    /// The stretch of the primary key from the first to the last code: where few others lie between, as
    /// in runs that are cut from one sorted list of all codes.
    case stretch
    /// Code by code.
    case codes
  }

  /// What the table lacks of `run`.
  public func compare(_ run: AdCtrRun, by lookup: Lookup) throws -> AdCtrComparison {
    guard let first = run.images.first, let last = run.images.last else {
      return AdCtrComparison(run)
    }
    var comparison = AdCtrComparison(run)
    switch lookup {
    case .stretch:
      let codes: SQL = "code BETWEEN \(first.code.bytes) AND \(last.code.bytes)"
      try database.retrying { connection in
        comparison = AdCtrComparison(run)
        try readRows(of: run.day, codes, connection, label: "read ad_ctr") {
          comparison.meet($0, hour: $1, epoch: $2, holding: $3)
        }
      }
    case .codes:
      try readRows(of: run, label: "read ad_ctr") {
        comparison.meet($0, hour: $1, epoch: $2, holding: $3)
      }
    }
    return comparison
  }

  /// Inserts what is missing of some images and raises what is smaller, in one transaction.
  ///
  /// Rows go in the order of the primary key, so that two runs at once wait for each other instead of
  /// locking each other out. The transaction's number must be confirmed before, by `AdSource`.
  public func merge(_ comparison: AdCtrComparison, images: Range<Int>) throws {
    let run = comparison.run
    // What all rows share stands in the text, which the server reads once and not for each row.
    let epoch = run.onlyEpoch
    let epochPlace: SQL = if let epoch { "\(epoch)" } else { "?" }
    let row: SQL = "(\(date: run.day.description),?,?,\(epochPlace),?,?)"
    let columns = AdCtr.columns(includingEpoch: epoch == nil)
    try database.transaction("merge ad_ctr") { connection in
      var statement = BulkStatement(
        head: AdCtr.insertHead, row: row, columns: columns, tail: AdCtr.insertTail,
        label: "merge ad_ctr", connection: connection)
      for index in images {
        let image = run.images[index]
        var hours = comparison.lackingHours(ofImage: index)
        while hours != 0 {
          let hour = hours.trailingZeroBitCount
          hours &= hours - 1
          let count = image[hour]
          statement.put(UInt64(hour))
          statement.put(image.code.bytes)
          if epoch == nil { statement.put(UInt64(image.epoch)) }
          statement.put(count.shows)
          statement.put(count.clicks)
          try statement.endRow()
        }
      }
      _ = try statement.finish()
    }
  }

  static let insertHead: SQL =
    "INSERT INTO ad_ctr (day, hour, code, epoch, show_count, click_count) VALUES"

  private static func columns(includingEpoch: Bool) -> [BulkColumn] {
    [.unsigned, .bytes(max: Code.byteCountMax)] + (includingEpoch ? [.unsigned] : [])
      + [.unsigned, .unsigned]
  }

  /// One text for both servers: MySQL names the new row `new`, MariaDB asks for it by VALUES().
  static let insertTail: SQL = """
    /*!80019 AS new */ ON DUPLICATE KEY UPDATE show_count = \
    GREATEST(ad_ctr.show_count, /*!80019 new.show_count */ /*M! VALUES(show_count) */), \
    click_count = \
    GREATEST(ad_ctr.click_count, /*!80019 new.click_count */ /*M! VALUES(click_count) */)
    """

  /// Looks at a row: the code of its image, its hour, its epoch, its counts.
  typealias RowBody = (Span<UInt8>, Int, UInt16, HourCount) -> Void

  /// Codes asked for in one statement; from 1000 on MariaDB would turn the list into a subquery.
  private static let codesPerStatement = 500

  /// Reads all rows of the images of a run, in the order of the primary key, as many images at a time as
  /// one statement asks for; where a connection breaks, some rows a second time.
  func readRows(
    of run: AdCtrRun, lock: SQL = "", label: StaticString, _ body: RowBody
  ) throws {
    var rest = run.codes[...]
    while !rest.isEmpty {
      rest = try database.retrying { connection in
        // Long codes may fill a small packet.
        let bytesMax = connection.maxAllowedPacketBytes / 4
        var list: SQL = ""
        var count = 0
        for code in rest.prefix(AdCtr.codesPerStatement) where list.bytes.count <= bytesMax {
          if count > 0 { list.append(",") }
          list.append("\(code.bytes)")
          count += 1
        }
        try readRows(of: run.day, "code IN (\(list))", lock: lock, connection, label: label, body)
        return rest.dropFirst(count)
      }
    }
  }

  /// Reads the rows of a day that `condition` names, in the order of the primary key.
  func readRows(
    of day: CivilDay, _ condition: SQL, lock: SQL = "", _ connection: MySQLConnection,
    label: StaticString, _ body: RowBody
  ) throws {
    try connection.forEachRow(
      """
      SELECT code, hour, epoch, show_count, click_count FROM ad_ctr FORCE INDEX (PRIMARY) \
      WHERE day = \(date: day.description) AND \(condition) \
      ORDER BY day, code, hour, epoch\(lock)
      """, label: label
    ) { row in
      let hour = row.unsigned(1).flatMap { $0 <= 23 ? Int($0) : nil }
      let epoch = row.unsigned(2).flatMap { UInt16(exactly: $0) }
      let isRead = row.withBytes(0) { code in
        guard let code, let hour, let epoch, let shows = row.unsigned(3),
          let clicks = row.unsigned(4)
        else { return false }
        body(code, hour, epoch, HourCount(shows: shows, clicks: clicks))
        return true
      }
      guard isRead else {
        throw MySQLError(
          operation: "read ad_ctr", code: 0, message: "a row is no hour of an image's counts")
      }
    }
  }
}
