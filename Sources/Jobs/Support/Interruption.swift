internal import Glibc

/// Whether a signal asked the run to end. Checked between batches, so that a batch is finished whole.
public struct Interruption: Sendable {
  private let pendingSignal: @Sendable () -> Int32?

  /// Never interrupted, unless `pendingSignal` says so.
  public init(pendingSignal: @escaping @Sendable () -> Int32? = { nil }) {
    self.pendingSignal = pendingSignal
  }

  /// Throws `JobFailure` with reason `interrupted` where a signal came.
  public func check() throws(JobFailure) {
    guard let signal = pendingSignal() else { return }
    throw JobFailure(.interrupted(signal: signal), "interrupted by signal \(signal)")
  }

  /// Comes back after a while, and throws soon after a signal.
  ///
  /// A signal wakes any thread, or none: so nobody sleeps longer than a moment at a time.
  func sleep(_ duration: Duration) throws(JobFailure) {
    let clock = ContinuousClock()
    let end = clock.now + duration
    while true {
      try check()
      let rest = end - clock.now
      guard rest > .zero else { return }
      usleep(UInt32(min(rest, Interruption.moment) / .microseconds(1)) + 1)
    }
  }

  private static let moment = Duration.milliseconds(50)
}
