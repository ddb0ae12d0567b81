internal import MySQLClient
public import Rules
internal import Sketches

extension CPCDay {
  /// Reads the sketches back on a connection of its own and gives the receipt for those to which what
  /// Redis holds adds nothing; the others are handed to `lacking`.
  ///
  /// Fresh, because what the writing session sees may be what it has not committed. Locking, because
  /// only a locking read shows the newest committed rows; the locks end with the statement. A read-only
  /// database reads without them.
  public func prove(
    _ sketches: [DaySketch], lacking: (DaySketch) -> Void
  ) throws -> Merged<[DaySketch]> {
    database.disconnect()
    var entries: [Entry] = []
    for sketch in sketches {
      guard let entry = try? Entry(sketch) else {
        lacking(sketch)
        continue
      }
      entries.append(entry)
    }
    let lock: SQL = database.settings.access == .readWrite ? " FOR UPDATE" : ""
    let rows = try database.retrying { connection in
      try readRows(
        of: entries.filter { !$0.value.isEmpty }.map(\.key), lock: lock, on: connection,
        label: "read back cpc_day")
    }
    var proven: [DaySketch] = []
    for entry in entries {
      if entry.value.isEmpty || CPCDay.isHeld(entry.value, by: rows[entry.key]) {
        proven.append(entry.sketch)
      } else {
        lacking(entry.sketch)
      }
    }
    return Merged(provenHeld: proven)
  }

  private static func isHeld(
    _ value: DaySketchValue, by row: Result<DaySketchValue, SketchError>?
  ) -> Bool {
    guard let row, let held = try? row.get() else { return false }
    return (try? held.holds(value)) ?? false
  }
}
