public import MySQLClient
public import Rules

/// One life of Redis, as MySQL knows it.
public struct AdSourceRow: Equatable, Sendable {
  /// The short number that stands for the lineage in `ad_ctr`; the first life is 1.
  public let epoch: UInt16
  /// The number of the last archive that may have written rows.
  public let confirmed: UInt64
}

/// The table `ad_source`: the lives of Redis and the numbers of their archives.
///
/// Shape: `epoch` -> `lineage`, `seq`, `confirmed`.
/// Merge: `seq` and `confirmed` only grow.
public struct AdSource {
  let database: MySQLDatabase

  public init(_ database: MySQLDatabase) { self.database = database }

  /// Nil where MySQL has not heard of this life yet.
  public func row(of lineage: Lineage) throws -> AdSourceRow? {
    try database.retrying { connection in try AdSource.row(of: lineage, on: connection) }
  }

  /// As `row`, giving a new life the next free epoch. Two that register at once get one each, or the
  /// same one where it is the same life.
  public func register(_ lineage: Lineage) throws -> (row: AdSourceRow, isNew: Bool) {
    try database.retrying { connection in
      var isNew = false
      for _ in 0..<AdSource.registerTries {
        if let row = try AdSource.row(of: lineage, on: connection) { return (row, isNew) }
        do {
          try connection.execute(
            """
            INSERT INTO ad_source (epoch, lineage, seq, confirmed, first_seen) \
            SELECT COALESCE(MAX(epoch), 0) + 1, \(text: lineage.description), 0, 0, \
            UTC_TIMESTAMP() FROM ad_source
            """, label: "register ad_source")
          isNew = true
        } catch let error as MySQLError where error.code == 1062 {
          // Somebody else took the number, or registered the same life: look again.
        }
      }
      throw MySQLError(
        operation: "register ad_source", code: 1062,
        message: "the next epoch was taken by others \(AdSource.registerTries) times")
    }
  }

  private static let registerTries = 20

  /// Numbers a new archive transaction: one more than any that MySQL or Redis remembers, so that a
  /// MySQL that was put back to an older state does not fall behind its Redis.
  ///
  /// Committed at once; a number whose reply is lost is never used.
  public func nextNumber(of lineage: Lineage, after mark: UInt64) throws -> UInt64 {
    try database.retrying { connection in
      let result = try connection.execute(
        """
        UPDATE ad_source SET seq = LAST_INSERT_ID(GREATEST(seq, \(mark)) + 1) \
        WHERE lineage = \(text: lineage.description)
        """, label: "number ad_source")
      guard result.affectedRows == 1 else {
        throw MySQLError(
          operation: "number ad_source", code: 0,
          message: "the row of this life of redis has vanished")
      }
      return result.lastInsertID
    }
  }

  /// Notes that the archive of this number writes its rows from now on. Before the first of them is there,
  /// so that a Redis from before the archive is found out by it; after Redis remembers the number, so that
  /// no good Redis is.
  ///
  /// Committed at once.
  public func confirm(_ number: UInt64, of lineage: Lineage) throws {
    try database.retrying { connection in
      try connection.execute(
        """
        UPDATE ad_source SET confirmed = GREATEST(confirmed, \(number)) \
        WHERE lineage = \(text: lineage.description)
        """, label: "confirm ad_source")
    }
  }

  private static func row(
    of lineage: Lineage, on connection: MySQLConnection
  ) throws -> AdSourceRow? {
    var found: AdSourceRow?
    try connection.forEachRow(
      "SELECT epoch, confirmed FROM ad_source WHERE lineage = \(text: lineage.description)",
      label: "read ad_source"
    ) { row in
      guard let epoch = row.unsigned(0).flatMap({ UInt16(exactly: $0) }),
        let confirmed = row.unsigned(1)
      else {
        throw MySQLError(operation: "read ad_source", code: 0, message: "a row has no numbers")
      }
      found = AdSourceRow(epoch: epoch, confirmed: confirmed)
    }
    return found
  }
}
