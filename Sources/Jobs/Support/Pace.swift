internal import Rules
internal import Synchronization

/// Holds a run back, so that those who use the servers meanwhile do not suffer: at most so many keys a
/// second.
///
/// Every job asks here before a batch, between transactions, so that nothing is locked while it waits.
/// All threads of a run share one: two that write come to no more together than one alone.
public final class Pace: Sendable {
  /// What a batch of keys is taken for. A run that does several of these does each at the full rate.
  public enum Step: CaseIterable, Sendable {
    /// Read, or moved inside of Redis.
    case reading
    /// Written to MySQL, or to the shelf.
    case merging
    /// Deleted from Redis.
    case forgetting
  }

  private let limits: PaceLimits
  private let clock = ContinuousClock()
  private let began: ContinuousClock.Instant
  private let rates = Mutex<[Step: KeyRate]>([:])

  public init(_ limits: PaceLimits = PaceLimits()) {
    self.limits = limits
    began = clock.now
  }

  /// How many keys to take at once, where `most` would do.
  func batchSize(_ most: Int) -> Int {
    limits.keysPerSecond.map { KeyRate(keysPerSecond: $0).batchSize(most) } ?? most
  }

  /// Comes back when the batch may begin. Throws soon after a signal.
  func hold(
    before step: Step, of keyCount: Int, _ observer: any JobObserver, _ interruption: Interruption
  ) throws {
    let wait = wait(before: step, of: keyCount)
    if wait > .zero { try interruption.sleep(wait) }
  }

  private func wait(before step: Step, of keyCount: Int) -> Duration {
    guard let keysPerSecond = limits.keysPerSecond else { return .zero }
    return rates.withLock { rates in
      rates[step, default: KeyRate(keysPerSecond: keysPerSecond)]
        .take(keyCount, at: clock.now - began)
    }
  }
}

extension JobContext {
  func batchSize(_ most: Int) -> Int { pace.batchSize(most) }

  func hold(before step: Pace.Step, of keyCount: Int) throws {
    try pace.hold(before: step, of: keyCount, observer, interruption)
  }
}
