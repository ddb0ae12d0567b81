/// When to try again, and after which pause.
struct Retry {
  private let triesMax: Int
  private let firstPauseSeconds: Double
  private let pauseGrowth: Double
  private var failures = 0
  private var timeouts = 0

  /// For a server that was never reached: three quick tries, well under a second, because a wrong
  /// address does not get better by waiting.
  static func firstConnect(tries: Int) -> Retry {
    Retry(triesMax: min(tries, 3), firstPauseSeconds: 0.05, pauseGrowth: 2)
  }

  /// For a connection that worked and broke: five tries wait about four seconds, enough for a
  /// server that restarts.
  static func afterBreak(tries: Int) -> Retry {
    Retry(triesMax: tries, firstPauseSeconds: 0.1, pauseGrowth: 3)
  }

  private init(triesMax: Int, firstPauseSeconds: Double, pauseGrowth: Double) {
    self.triesMax = triesMax
    self.firstPauseSeconds = firstPauseSeconds
    self.pauseGrowth = pauseGrowth
  }

  /// The pause before the next try, or nil when there shall be none.
  ///
  /// Silence is waited for once more and not oftener: each try costs the whole timeout. The pause
  /// is shifted at random by half, so that many clients do not come back at the same moment.
  mutating func pauseSeconds(after kind: RedisError.Kind) -> Double? {
    switch kind {
    case .unreachable, .disconnected, .refused(code: "LOADING"): break
    case .timedOut:
      timeouts += 1
      guard timeouts < 2 else { return nil }
    case .malformedReply, .refused, .readOnlyConnection: return nil
    }
    failures += 1
    guard failures < triesMax else { return nil }
    var pause = firstPauseSeconds
    for _ in 1..<failures { pause *= pauseGrowth }
    return pause * Double.random(in: 0.5...1.5)
  }
}
