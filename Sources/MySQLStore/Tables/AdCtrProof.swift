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
    var proven: [DayHash] = []
    var codes: [Code] = []
    for hash in hashes where codes.last != hash.code { codes.append(hash.code) }
    var rest = hashes[...]
    for start in stride(from: 0, to: codes.count, by: AdCtr.codesPerStatement) {
      let batch = codes[start..<min(start + AdCtr.codesPerStatement, codes.count)]
      let held = try heldCounts(of: batch, on: hashes[0].day)
      while let hash = rest.first, hash.code <= batch.last! {  // because no batch is empty
        rest = rest.dropFirst()
        switch AdCtr.difference(of: hash, epoch: epochs[hash.lineage], from: held) {
        case nil: proven.append(hash)
        case let difference?: differing(hash, difference)
        }
      }
    }
    return Merged(provenHeld: proven)
  }

  private func heldCounts(
    of codes: ArraySlice<Code>, on day: CivilDay
  ) throws -> [AdCtrKey: HourCount] {
    try database.retrying { connection in
      // Long codes may fill a small packet.
      let bytesMax = connection.maxAllowedPacketBytes / 4
      var held: [AdCtrKey: HourCount] = [:]
      var list: SQL = ""
      for code in codes {
        if !list.bytes.isEmpty { list.append(",") }
        list.append("\(code.bytes)")
        guard list.bytes.count > bytesMax || code == codes.last else { continue }
        try readCounts(of: list, on: day, connection) { held[$0] = $1 }
        list = ""
      }
      return held
    }
  }

  private func readCounts(
    of list: SQL, on day: CivilDay, _ connection: MySQLConnection,
    _ body: (AdCtrKey, HourCount) -> Void
  ) throws {
    let lock: SQL = database.settings.access == .readWrite ? " FOR UPDATE" : ""
    try connection.forEachRow(
      """
      SELECT code, hour, epoch, show_count, click_count FROM ad_ctr FORCE INDEX (PRIMARY) \
      WHERE day = \(date: day.description) AND code IN (\(list))\(lock)
      """, label: "read back ad_ctr"
    ) { row in
      let (key, count) = try AdCtr.read(row, on: day)
      body(key, count)
    }
  }

  /// Nil where MySQL holds every count of the hash exactly, and none that it has not.
  static func difference(
    of hash: DayHash, epoch: UInt16?, from held: [AdCtrKey: HourCount]
  ) -> DayHashDifference? {
    guard let epoch else { return .lacking }
    var counts = [UInt64?](repeating: nil, count: 24)
    for value in hash.hours { counts[value.hour] = value.count }
    var isAhead = false
    for (hour, count) in counts.enumerated() {
      let row = held[AdCtrKey(day: hash.day, code: hash.code, hour: hour, epoch: epoch)]
      if let count {
        guard let row, row[hash.metric] >= count else { return .lacking }
      }
      if let row, row[hash.metric] > count ?? 0 { isAhead = true }
    }
    return isAhead ? .ahead : nil
  }
}
