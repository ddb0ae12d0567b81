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
    try readRows(of: comparison.run, lock: lock, label: "read back ad_ctr") {
      comparison.meet($0, hour: $1, epoch: $2, holding: $3)
    }
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

  /// Hands over each hash with what the table holds of it.
  ///
  /// - Parameters:
  ///   - hashes: of one day, in the order of their codes.
  ///   - epochs: the epoch of every lineage among them that MySQL knows.
  public func forEachHash(
    _ hashes: [DayHash], epochs: [Lineage: UInt16], label: StaticString,
    _ body: (DayHash, HourNumbers) -> Void
  ) throws {
    guard let day = hashes.first?.day else { return }
    let run = AdCtrRun(day, of: hashes.filter { epochs[$0.lineage] != nil }, epochs: epochs)
    var held = run.images.map { AdCtrRun.Image(code: $0.code, epoch: $0.epoch) }
    var cursor = AdCtrRun.Cursor(run)
    try readRows(of: run, label: label) { code, hour, epoch, count in
      guard let place = cursor.place(of: code, epoch) else { return }
      held[place].shows[hour] = count.shows
      held[place].clicks[hour] = count.clicks
    }
    for hash in hashes {
      let image = epochs[hash.lineage].flatMap { run.place(of: hash.code, $0) }.map { held[$0] }
      body(hash, (hash.metric == .show ? image?.shows : image?.clicks) ?? HourNumbers())
    }
  }
}
