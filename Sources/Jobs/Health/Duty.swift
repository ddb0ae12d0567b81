internal import RedisStore
internal import Rules

/// Whether a job that was due has been done, from what is known of it.
struct Duty {
  /// When a run should have begun at the latest.
  let owedSince: Int
  let lastSuccess: Int?
  /// What was due before there was a schema is owed by nobody.
  let installedAt: Int?
  let isHistoryKnown: Bool
  /// Whether there is anything to do.
  var isOwed = true
  /// What Redis tells of the rollover: whether the hour that was due is closed; nil where it does not.
  private var isHourClosed: Bool?

  init(owedSince: Int, lastSuccess: Int?, installedAt: Int?, isHistoryKnown: Bool) {
    self.owedSince = owedSince
    self.lastSuccess = lastSuccess
    self.installedAt = installedAt
    self.isHistoryKnown = isHistoryKnown
  }

  /// Redis remembers the last hour that a rollover closed, also where MySQL was down meanwhile.
  mutating func learn(from state: AdStatState?, clock: LocalClock) {
    guard let last = state?.lastSlot else { return }
    let booking = BookingRule(clock: clock)
    isHourClosed = last >= booking.window(at: owedSince).span.lowerBound - booking.graceSeconds
  }

  var isNeglected: Bool {
    guard isOwed else { return false }
    if let isHourClosed { return !isHourClosed }
    guard isHistoryKnown, installedAt.map({ $0 <= owedSince }) ?? false else { return false }
    return lastSuccess.map { $0 < owedSince } ?? true
  }
}
