public import MySQLClient
public import Rules
internal import Sketches

/// The table `cpc_day`: how many different items a day had, as sketches.
///
/// Shape: `(day, kind, name, lg_k, seed)` -> `sketch`, and what it estimates.
/// Merge: union; what is set in a sketch stays set, so repeating a merge changes nothing. A sketch with
/// another lg_k has a row of its own: folded into a coarser one, it would lose what it knows better.
public struct CPCDay {
  let database: MySQLDatabase

  public init(_ database: MySQLDatabase) { self.database = database }

  /// What the table lacks of some sketches.
  public struct Comparison: Sendable {
    /// The table has no row for it, or one that lacks some of it.
    public var lacking: [DaySketch] = []
    /// Those of `lacking` that have no row at all.
    public var absent: Set<DaySketchName> = []
    public var heldCount = 0
    /// What is no sketch, does not fit, or lies beside a row that is none: it stays in Redis.
    public var unusable: [(sketch: DaySketch, reason: String)] = []
  }

  /// A sketch and the row that it belongs in.
  struct Entry {
    let sketch: DaySketch
    let key: Key
    let value: DaySketchValue

    init(_ sketch: DaySketch) throws(SketchError) {
      self.sketch = sketch
      value = try DaySketchValue(sketch.bytes, sketch.name.kind)
      key = Key(name: sketch.name, lgK: value.lgK, seed: value.seed)
    }
  }

  /// The primary key.
  struct Key: Hashable, Comparable {
    let name: DaySketchName
    let lgK: Int
    let seed: UInt64

    static func < (a: Key, b: Key) -> Bool {
      a.name == b.name ? (a.lgK, a.seed) < (b.lgK, b.seed) : a.name < b.name
    }
  }

  /// Looks at what the table holds of these sketches; each name once.
  public func compare(_ sketches: [DaySketch]) throws -> Comparison {
    var comparison = Comparison()
    var entries: [Entry] = []
    let byteCountMax = try database.retrying { CPCDay.sketchByteCountMax(on: $0) }
    for sketch in sketches {
      do throws(SketchError) {
        let entry = try Entry(sketch)
        if entry.value.isEmpty {
          comparison.heldCount += 1
        } else if sketch.bytes.count > byteCountMax {
          comparison.unusable.append(
            (sketch, CPCDay.tooLarge(sketch.bytes.count, byteCountMax)))
        } else {
          entries.append(entry)
        }
      } catch {
        comparison.unusable.append((sketch, "\(error)"))
      }
    }
    let rows = try database.retrying { connection in
      try readRows(of: entries.map(\.key), on: connection, label: "read cpc_day")
    }
    for entry in entries {
      do throws(SketchError) {
        if let row = rows[entry.key], try row.get().holds(entry.value) {
          comparison.heldCount += 1
        } else {
          comparison.lacking.append(entry.sketch)
          if rows[entry.key] == nil { comparison.absent.insert(entry.sketch.name) }
        }
      } catch {
        comparison.unusable.append(
          (entry.sketch, "cannot be merged, because its row of cpc_day is damaged: \(error)"))
      }
    }
    return comparison
  }

  /// What became of sketches that were to be merged.
  public struct MergeOutcome: Sendable {
    /// How many rows became other ones.
    public var changedCount = 0
    /// What would not fit, merged into its row: nothing of it was written.
    public var unusable: [(sketch: DaySketch, reason: String)] = []
  }

  /// Inserts what is missing and merges into each row what it lacks, in one transaction.
  ///
  /// Rows go in the order of the primary key. First each row is made, or where it is there locked, by
  /// an insert that changes nothing of it; only then is it read and merged. So two runs at once wait
  /// for each other, and neither overwrites what the other one added.
  public func merge(_ lacking: [DaySketch]) throws -> MergeOutcome {
    // What is no sketch was sorted out by `compare`.
    let entries = lacking.compactMap { try? Entry($0) }.sorted { $0.key < $1.key }
    guard !entries.isEmpty else { return MergeOutcome() }
    return try database.transaction("merge cpc_day") { connection in
      try write(
        entries.map { ($0.key, $0.value) }, tail: CPCDay.keepTail, on: connection)
      let rows = try readRows(
        of: entries.map(\.key), lock: " FOR UPDATE", on: connection, label: "lock cpc_day")
      let byteCountMax = CPCDay.sketchByteCountMax(on: connection)
      var raised: [(Key, DaySketchValue)] = []
      var outcome = MergeOutcome()
      for entry in entries {
        guard let held = rows[entry.key], let row = try? held.get() else { continue }
        if try row.holds(entry.value) {
          // Ours, unless another run was quicker.
          if row.bytes == entry.value.bytes { outcome.changedCount += 1 }
          continue
        }
        let merged = try row.merged(with: entry.value)
        if merged.bytes.count <= byteCountMax {
          raised.append((entry.key, merged))
        } else {
          outcome.unusable.append((entry.sketch, CPCDay.tooLarge(merged.bytes.count, byteCountMax)))
        }
      }
      try write(raised, tail: CPCDay.raiseTail, on: connection)
      outcome.changedCount += raised.count
      return outcome
    }
  }

  /// What a row may have besides its sketch, generously.
  private static let restByteCount = 4096

  /// A statement has to fit a packet, and a MEDIUMBLOB has 16 MB.
  private static func sketchByteCountMax(on connection: MySQLConnection) -> Int {
    min((1 << 24) - 1, connection.maxAllowedPacketBytes - restByteCount)
  }

  private static func tooLarge(_ byteCount: Int, _ byteCountMax: Int) -> String {
    "would make a row of \(byteCount) bytes; max_allowed_packet leaves room for \(byteCountMax)"
  }

  private func write(
    _ rows: [(key: Key, value: DaySketchValue)], tail: SQL, on connection: MySQLConnection
  ) throws {
    let images = rows.map(\.value.bytes)
    guard let longest = images.map(\.count).max() else { return }
    var statement = BulkStatement(
      head: CPCDay.insertHead, row: "(?,?,?,?,?,?,?,?,?)",
      columns: [
        .bytes(max: 10), .bytes(max: 3), .bytes(max: Code.byteCountMax), .unsigned, .unsigned,
        .bytes(max: longest), .bytes(max: 32), .bytes(max: 32), .bytes(max: 32),
      ], tail: tail, label: "merge cpc_day", connection: connection)
    for (row, image) in zip(rows, images) {
      statement.put(Array(row.key.name.day.description.utf8))
      statement.put(Array(row.key.name.kind.rawValue.utf8))
      statement.put(row.key.name.name.bytes)
      statement.put(UInt64(row.key.lgK))
      statement.put(row.key.seed)
      statement.put(image)
      // Decimal digits, which the server reads as the same number again.
      for number in row.value.numbers { statement.put(Array("\(number)".utf8)) }
      try statement.endRow()
    }
    _ = try statement.finish()
  }

  private static let insertHead: SQL = """
    INSERT INTO cpc_day \
    (day, kind, name, lg_k, seed, sketch, estimate, lower_bound, upper_bound) VALUES
    """

  /// Locks a row that is there, and leaves it as it is.
  private static let keepTail: SQL = "ON DUPLICATE KEY UPDATE lg_k = cpc_day.lg_k"

  /// One text for both servers: MySQL names the new row `new`, MariaDB asks for it by VALUES().
  private static let raiseTail: SQL = """
    /*!80019 AS new */ ON DUPLICATE KEY UPDATE \
    sketch = /*!80019 new.sketch */ /*M! VALUES(sketch) */, \
    estimate = /*!80019 new.estimate */ /*M! VALUES(estimate) */, \
    lower_bound = /*!80019 new.lower_bound */ /*M! VALUES(lower_bound) */, \
    upper_bound = /*!80019 new.upper_bound */ /*M! VALUES(upper_bound) */
    """

  /// The rows with these keys; an error in place of one whose sketch cannot be read.
  func readRows(
    of keys: [Key], lock: SQL = "", on connection: MySQLConnection, label: StaticString
  ) throws -> [Key: Result<DaySketchValue, SketchError>] {
    var rows: [Key: Result<DaySketchValue, SketchError>] = [:]
    // Long names may fill a small packet.
    let bytesMax = connection.maxAllowedPacketBytes / 4
    var rest = keys[...]
    while !rest.isEmpty {
      var list: SQL = ""
      while let key = rest.first, list.bytes.count <= bytesMax {
        list.append(list.bytes.isEmpty ? "" : " OR ")
        list.append(CPCDay.condition(key))
        rest = rest.dropFirst()
      }
      try connection.forEachRow(
        """
        SELECT day, kind, name, lg_k, seed, sketch FROM cpc_day FORCE INDEX (PRIMARY) \
        WHERE \(list) ORDER BY day, kind, name, lg_k, seed\(lock)
        """, label: label
      ) { row in
        let (key, sketch) = try CPCDay.read(row)
        rows[key] = sketch
      }
    }
    return rows
  }

  private static func condition(_ key: Key) -> SQL {
    """
    (day = \(date: key.name.day.description) AND kind = \(literal(of: key.name.kind)) \
    AND name = \(key.name.name.bytes) AND lg_k = \(key.lgK) AND seed = \(key.seed))
    """
  }

  static func literal(of kind: SketchKind) -> SQL {
    switch kind {
    case .cpc: "'cpc'"
    case .hll: "'hll'"
    }
  }

  /// Reads `day, kind, name, lg_k, seed, sketch`.
  private static func read(_ row: borrowing MySQLRow) throws(MySQLError)
    -> (Key, Result<DaySketchValue, SketchError>)
  {
    guard let day = row.bytes(0).flatMap({ CivilDay(bytes: $0[...]) }),
      let kind = row.text(1).flatMap({ SketchKind(rawValue: $0) }),
      let name = row.bytes(2).flatMap({ Code($0) }), let lgK = row.unsigned(3),
      let seed = row.unsigned(4), let bytes = row.bytes(5)
    else {
      throw MySQLError(
        operation: "read cpc_day", code: 0, message: "a row is no sketch of a day")
    }
    let key = Key(
      name: DaySketchName(day: day, kind: kind, name: name), lgK: Int(clamping: lgK), seed: seed)
    return (key, Result { () throws(SketchError) in try DaySketchValue(bytes, kind) })
  }
}
