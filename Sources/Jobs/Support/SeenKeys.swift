/// What a walk over Redis' keys has met before: SCAN may hand a key over twice.
///
/// Keeps a 64-bit hash of each, 16 to 32 bytes a key however long it is. Two keys with one hash are
/// one chance in a hundred million among a million keys; the second one would wait for the next run,
/// which hashes otherwise.
///
/// Remembers the last `countMax` keys at least, and twice as many at most. SCAN repeats a key soon, because
/// a table that shrinks joins places it visits one after the other; only a walk that begins again on a
/// server that was restarted meets all of them later, and then counts those twice that were forgotten.
struct SeenKeys {
  private let countMax: Int
  private var recent: Set<Int> = []
  /// Those before them, until `recent` is full again.
  private var older: Set<Int> = []

  /// Some 20 MB.
  static let defaultCountMax = 500_000

  init(countMax: Int = SeenKeys.defaultCountMax) { self.countMax = countMax }

  var count: Int { recent.count + older.count }

  /// True the first time.
  mutating func insert(_ key: some Hashable) -> Bool {
    let hash = key.hashValue
    guard !older.contains(hash), recent.insert(hash).inserted else { return false }
    if recent.count >= countMax { (older, recent) = (recent, []) }
    return true
  }

  func contains(_ key: some Hashable) -> Bool {
    recent.contains(key.hashValue) || older.contains(key.hashValue)
  }
}
