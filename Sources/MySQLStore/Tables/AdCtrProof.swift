internal import MySQLClient
public import Rules

/// How a day hash and what MySQL holds of it differ.
public enum DayHashDifference: Equatable, Sendable {
  /// MySQL holds less: after a merge this must not be.
  case lacking
  /// MySQL holds more than Redis ever showed us: somebody raised it, or Redis lost counts.
  case ahead
}

extension AdCtr {
  /// Codes asked for in one statement; from 1000 on MariaDB would turn the list into a subquery.
  private static let codesPerStatement = 500

  /// Reads the hashes back on a connection of its own, byte for byte and count for count, and gives
  /// the receipt for those that MySQL holds exactly; the others are handed to `differing`.
  ///
  /// Fresh, because what the writing session sees may be what it has not committed. Locking, because
  /// only a locking read shows the newest committed rows; the locks end with the statement. A
  /// read-only database reads without them.
  ///
  /// - Parameter epochs: the epoch of every lineage among the hashes, which are of one day.
  public func prove(
    _ hashes: [DayHash], epochs: [Lineage: UInt16],
    differing: (DayHash, DayHashDifference) -> Void
  ) throws -> Merged<[DayHash]> {
    database.disconnect()
    guard let day = hashes.first?.day else { return Merged(provenHeld: []) }
    var codes: [Code] = []
    for hash in hashes where codes.last != hash.code { codes.append(hash.code) }
    let lock: SQL = database.settings.access == .readWrite ? " FOR UPDATE" : ""
    var proven: [DayHash] = []
    var rest = hashes[...]
    try forEachHeld(of: codes, on: day, lock: lock, label: "read back ad_ctr") { codes, rows in
      var rows = rows[...]
      for code in codes {
        let held = rows.prefix { $0.key.code == code }
        rows = rows.dropFirst(held.count)
        while let hash = rest.first, hash.code == code {
          rest = rest.dropFirst()
          switch AdCtr.difference(of: hash, epoch: epochs[hash.lineage], from: held) {
          case nil: proven.append(hash)
          case let difference?: differing(hash, difference)
          }
        }
      }
    }
    return Merged(provenHeld: proven)
  }

  /// Hands over what the table holds of some codes, as many at a time as one statement asks for.
  ///
  /// - Parameter codes: in ascending order, each once; `body` is given them and the rows of all of them
  ///   in the order of the primary key.
  func forEachHeld(
    of codes: [Code], on day: CivilDay, lock: SQL = "", label: StaticString,
    _ body: (_ codes: ArraySlice<Code>, _ rows: [Run.Entry]) -> Void
  ) throws {
    var rest = codes[...]
    while !rest.isEmpty {
      let (asked, rows) = try database.retrying { connection in
        // Long codes may fill a small packet.
        let bytesMax = connection.maxAllowedPacketBytes / 4
        var list: SQL = ""
        var count = 0
        for code in rest.prefix(AdCtr.codesPerStatement) where list.bytes.count <= bytesMax {
          if count > 0 { list.append(",") }
          list.append("\(code.bytes)")
          count += 1
        }
        var rows: [Run.Entry] = []
        try readRows(of: day, "code IN (\(list))", lock: lock, connection, label: label) {
          rows.append($0)
        }
        return (rest.prefix(count), rows)
      }
      body(asked, rows)
      rest = rest.dropFirst(asked.count)
    }
  }

  /// Nil where MySQL holds every count of the hash exactly, and none that it has not.
  ///
  /// - Parameter held: the rows of the hash's code.
  static func difference(
    of hash: DayHash, epoch: UInt16?, from held: ArraySlice<Run.Entry>
  ) -> DayHashDifference? {
    guard let epoch else { return .lacking }
    var rows = [UInt64?](repeating: nil, count: 24)
    for row in held where row.key.epoch == epoch { rows[row.key.hour] = row.value[hash.metric] }
    var isAhead = false
    for value in hash.hours {
      guard let row = rows[value.hour], row >= value.count else { return .lacking }
      isAhead = isAhead || row > value.count
      rows[value.hour] = nil
    }
    // What is left are hours that the hash does not have.
    return isAhead || rows.contains { ($0 ?? 0) > 0 } ? .ahead : nil
  }
}
