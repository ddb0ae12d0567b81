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
}
