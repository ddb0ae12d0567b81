internal import MySQLClient
public import Rules

extension AdCtr {
  /// Reads the hashes back on a connection of its own, byte for byte and count for count, and gives
  /// the receipt for those that MySQL holds exactly; the others are handed to `differing`.
  ///
  /// Fresh, because what the writing session sees may be what it has not committed. Locking, because
  /// only a locking read shows the newest committed rows; the locks end with the statement. A
  /// read-only database reads without them.
  ///
  /// - Parameters:
  ///   - hashes: of one day, in the order of their codes.
  ///   - epochs: the epoch of every lineage among them.
  public func prove(
    _ hashes: [DayHash], epochs: [Lineage: UInt16],
    differing: (DayHash, DayHashDifference) -> Void
  ) throws -> Merged<[DayHash]> {
    database.disconnect()
    guard let day = hashes.first?.day else { return Merged(provenHeld: []) }
    var comparison = AdCtrComparison(AdCtrRun(day, of: hashes, epochs: epochs))
    let lock: SQL = database.settings.access == .readWrite ? " FOR UPDATE" : ""
    try meetRows(of: comparison.run.codes, lock: lock, label: "read back ad_ctr", &comparison)
    var proven: [DayHash] = []
    for hash in hashes {
      // Every lineage has an epoch, because the run was made of them.
      switch comparison.difference(of: hash, epoch: epochs[hash.lineage]!) {
      case nil: proven.append(hash)
      case let difference?: differing(hash, difference)
      }
    }
    return Merged(provenHeld: proven)
  }

  /// Codes asked for in one statement; from 1000 on MariaDB would turn the list into a subquery.
  private static let codesPerStatement = 500

  /// Feeds all rows of the codes to the comparison, as many codes at a time as one statement asks for.
  ///
  /// - Parameter codes: in ascending order, each once.
  func meetRows(
    of codes: [Code], lock: SQL = "", label: StaticString, _ comparison: inout AdCtrComparison
  ) throws {
    var rest = codes[...]
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
        // After a break rows are met again, and alike.
        try meetRows("code IN (\(list))", lock: lock, connection, label: label, &comparison)
        return rest.dropFirst(count)
      }
    }
  }
}
