internal import Rules

/// Warns of expiry times on keys whose counts are not archived: the first ten by name, then their
/// number.
struct TTLWarnings {
  static let namedMax = 10
  private var count = 0

  /// `subject` names the key, `outcome` says what becomes of it.
  mutating func found(on subject: String, _ outcome: String, to observer: any JobObserver) {
    count += 1
    guard count <= TTLWarnings.namedMax else { return }
    observer.warned("\(subject) had a TTL; \(outcome)")
  }

  /// Call once at the end.
  func finish(to observer: any JobObserver) {
    guard count > TTLWarnings.namedMax else { return }
    observer.warned("\(count) keys had a TTL; \(TTLWarnings.namedMax) of them were named")
  }
}
