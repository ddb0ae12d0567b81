public import MySQLClient
internal import Rules
internal import Synchronization

/// Holds a run back, so that those who use the servers meanwhile do not suffer: at most so many keys a
/// second, and no row written while MySQL has too much to do or a replica is too far behind.
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

  /// How long an answer of the servers counts as news.
  private static let newsSeconds = 1

  private struct State {
    /// Nil until it is first asked.
    var watch: LoadWatch?
    var lookedAt: ContinuousClock.Instant?
    var excess: String?
    /// Since when nothing is written.
    var pausedAt: ContinuousClock.Instant?
  }

  private let limits: PaceLimits
  private let primary: MySQLEndpoint?
  private let clock = ContinuousClock()
  private let began: ContinuousClock.Instant
  private let rates = Mutex<[Step: KeyRate]>([:])
  private let state = Mutex(State())

  /// `primary` is asked for its load; none is needed where no load is limited.
  public init(_ limits: PaceLimits = PaceLimits(), primary: MySQLEndpoint? = nil) {
    self.limits = limits
    self.primary = primary
    began = clock.now
  }

  /// How many keys to take at once, where `most` would do.
  func batchSize(_ most: Int) -> Int {
    limits.keysPerSecond.map { KeyRate(keysPerSecond: $0).batchSize(most) } ?? most
  }

  /// Comes back when the batch may begin. Throws soon after a signal, and where a pause became too long.
  func hold(
    before step: Step, of keyCount: Int, _ observer: any JobObserver, _ interruption: Interruption
  ) throws {
    if step == .merging, limits.watchesServers {
      while try isPaused(observer) { try interruption.sleep(.seconds(Pace.newsSeconds)) }
    }
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

  // MARK: Load and lag

  /// Whether nothing may be written now. Who comes first asks the servers, the others believe the answer.
  private func isPaused(_ observer: any JobObserver) throws -> Bool {
    try state.withLock { state in
      if let last = state.lookedAt, clock.now - last < .seconds(Pace.newsSeconds) {
        return state.excess != nil
      }
      let watch = state.watch ?? LoadWatch(limits, primary: primary)
      state.watch = watch
      state.excess = try watch.excess()
      state.lookedAt = clock.now
      return try turn(&state, observer)
    }
  }

  /// Begins, goes on with or ends a pause, as the news demand; each is said once.
  private func turn(_ state: inout State, _ observer: any JobObserver) throws(JobFailure) -> Bool {
    let now = clock.now
    switch (state.pausedAt, state.excess) {
    case (nil, nil): return false
    case (nil, let excess?):
      state.pausedAt = now
      observer.warned("nothing is written for now: \(excess)")
      return true
    case (let begin?, nil):
      state.pausedAt = nil
      observer.warned("writing goes on after a pause of \((now - begin).components.seconds) s")
      return false
    case (let begin?, let excess?):
      guard now - begin >= .seconds(limits.pauseSecondsMax) else { return true }
      throw JobFailure(
        .tryAgain, "nothing could be written for \(limits.pauseSecondsMax) s: \(excess)",
        hint: "The next run goes on from here; --max-pause says how long one waits.")
    }
  }
}

extension JobContext {
  func batchSize(_ most: Int) -> Int { pace.batchSize(most) }

  func hold(before step: Pace.Step, of keyCount: Int) throws {
    try pace.hold(before: step, of: keyCount, observer, interruption)
  }
}
