/// A bounded batch of live values in the order of their keys, one entry a key.
///
/// SCAN hands keys over in no order and may repeat them; MySQL keeps rows in the order of their
/// primary key. A run brings the two together: what was read twice is merged into one, and the
/// sorted rest is compared with the table, and written to it, in one pass.
public struct SortedRun<Key: Comparable & Sendable, Value: Mergeable>: Sendable {
  public struct Entry: Sendable, Equatable {
    public let key: Key
    public var value: Value

    public init(key: Key, value: Value) {
      self.key = key
      self.value = value
    }
  }

  public let entries: [Entry]

  public init(_ unsorted: [Entry]) {
    if zip(unsorted, unsorted.dropFirst()).allSatisfy({ $0.key < $1.key }) {
      entries = unsorted
      return
    }
    var merged: [Entry] = []
    merged.reserveCapacity(unsorted.count)
    for entry in unsorted.sorted(by: { $0.key < $1.key }) {
      if let last = merged.indices.last, merged[last].key == entry.key {
        merged[last].value = merged[last].value.merged(with: entry.value)
      } else {
        merged.append(entry)
      }
    }
    entries = merged
  }

  private init(sorted entries: [Entry]) { self.entries = entries }

  /// The same keys with what `transform` makes of their values, those left out where it is nil.
  public func compactMapValues<Other: Mergeable>(_ transform: (Value) -> Other?)
    -> SortedRun<Key, Other>
  {
    SortedRun<Key, Other>(
      sorted: entries.compactMap { entry in
        transform(entry.value).map { .init(key: entry.key, value: $0) }
      })
  }

  public var isEmpty: Bool { entries.isEmpty }
  public var count: Int { entries.count }
}

/// Compares a sorted run with what a table holds, in one pass over both.
///
/// Feed it the table's rows in ascending order of their keys (rows that the run does not have are
/// passed over), then ask for the result.
public struct RunComparison<Key: Comparable & Sendable, Value: Mergeable> {
  public typealias Entry = SortedRun<Key, Value>.Entry

  private let entries: [Entry]
  private var position = 0

  /// What the table has no row for.
  public private(set) var missing: [Entry] = []
  /// What the table holds less of.
  public private(set) var smaller: [Entry] = []
  /// How many entries the table holds already, whole.
  public private(set) var heldCount = 0
  /// What the table holds more of than the run has: no reason to write, but one to look.
  public private(set) var ahead: [Entry] = []

  public init(_ run: SortedRun<Key, Value>) { entries = run.entries }

  /// The next row of the table.
  public mutating func meet(_ key: Key, holding held: Value) {
    skip(before: key)
    guard position < entries.count, entries[position].key == key else { return }
    let entry = entries[position]
    position += 1
    guard held.holds(entry.value) else {
      smaller.append(entry)
      return
    }
    heldCount += 1
    if held != entry.value { ahead.append(entry) }
  }

  /// Call once after the last row: what is left of the run is missing.
  public mutating func finish() {
    missing += entries[position...]
    position = entries.count
  }

  /// True after `finish` where the table holds all of the run: the proof that may mint a `Merged`.
  public var allHeld: Bool { missing.isEmpty && smaller.isEmpty && position == entries.count }

  private mutating func skip(before key: Key) {
    while position < entries.count, entries[position].key < key {
      missing.append(entries[position])
      position += 1
    }
  }
}
