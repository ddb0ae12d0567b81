/// What a walk over Redis' keys has met before: SCAN may hand a key over twice.
///
/// Keeps a 64-bit hash of each, 16 to 32 bytes a key however long it is. Two keys with one hash are
/// one chance in a hundred million among a million keys; the second one would wait for the next run,
/// which hashes otherwise.
struct SeenKeys {
  private var hashes: Set<Int> = []

  /// True the first time.
  mutating func insert(_ key: some Hashable) -> Bool {
    hashes.insert(key.hashValue).inserted
  }

  func contains(_ key: some Hashable) -> Bool { hashes.contains(key.hashValue) }
}
