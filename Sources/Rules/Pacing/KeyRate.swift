/// Keys a second that may be taken in hand, batch by batch.
///
/// Nothing is saved up: after a rest one batch goes at once, and the next one when the keys of the first
/// have had their time. So no second sees more than a second's keys and one batch.
public struct KeyRate: Sendable {
  /// Batches a second, so that the keys come evenly and not in bursts.
  static let batchesPerSecond = 10

  public let keysPerSecond: Int
  /// When the keys that were taken so far have had their time.
  private var freeAt = Duration.zero

  public init(keysPerSecond: Int) { self.keysPerSecond = max(1, keysPerSecond) }

  /// How many keys a batch should have, where it may have `most`; one at least.
  public func batchSize(_ most: Int) -> Int {
    max(1, min(most, keysPerSecond / KeyRate.batchesPerSecond))
  }

  /// Takes a batch, and says how long it has to wait before it begins. `now` is told by a clock that only
  /// goes forward, and whose beginning lies in the past.
  public mutating func take(_ keyCount: Int, at now: Duration) -> Duration {
    let begin = max(now, freeAt)
    freeAt = begin + Duration.seconds(keyCount) / keysPerSecond
    return begin - now
  }
}
