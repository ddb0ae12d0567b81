internal import MySQLClient
internal import MySQLStore

/// Writes what `ad_ctr` lacks of a run, by two connections where it is much: a server writes the rows of
/// one connection one after the other.
struct ArchiveWriter {
  /// From so many rows on it is worth a second connection.
  private static let rowsForTwo = 10_000

  let table: AdCtr
  let endpoint: MySQLEndpoint
  let settings: MySQLSessionSettings

  /// Each connection writes a stretch of the primary key, so that neither waits for the other one's locks.
  /// Where one fails and the other does not, half of it is there: it is merged again by the next run.
  func write(_ comparison: AdCtrComparison) throws {
    let images = comparison.run.images.indices
    guard comparison.lackingCount >= ArchiveWriter.rowsForTwo else {
      return try table.merge(comparison, images: images)
    }
    let half = images.count / 2
    let (failure, aside) = try atOnce {
      try table.merge(comparison, images: 0..<half)
    } aside: { [endpoint, settings] () -> (any Error)? in
      do {
        let table = AdCtr(MySQLDatabase(endpoint, settings: settings))
        try table.merge(comparison, images: half..<images.count)
        return nil
      } catch {
        return error
      }
    }
    if let failure = failure ?? aside { throw failure }
  }
}
