import Synchronization
import TestServers
import Testing

/// The random model for as long as it is asked for: `make soak`.
struct SoakTests {
  /// Sleeping takes more of a schedule's time than computing: lost messages are waited for.
  private static let workerCount = 4

  @Test(.enabled(if: Soak.isOn, "takes its time: make soak"))
  func thousandsOfSchedulesLoseNothingAndDoubleNothing() async throws {
    let asked = Soak.scheduleCount ?? 0
    let soak = Progress(asked: asked)
    // One of the workers on MySQL, where there is one.
    let flavors =
      [MySQLServer.Flavor.mariadb, .mariadb, .mariadb] + MySQLServer.available.suffix(1)
    _ = try await atOnce(
      flavors.prefix(Self.workerCount).map { flavor in { while try soak.play(on: flavor) {} } })
    let (figures, failures) = soak.result
    Soak.say("soak: \(figures)")
    for failure in failures { Issue.record("\(failure)") }
    #expect(figures.lost == 0 && figures.doubled == 0)
    #expect(figures.schedules >= asked, "\(Soak.minutesMax) minutes were not enough")
    // Half of what is usual.
    #expect(figures.kills >= asked / 2)
  }
}

/// What several workers have played so far.
private final class Progress: Sendable {
  private struct State {
    var nextSeed: UInt64
    var figures = Figures()
    var failures: [ModelFailure] = []
    var left: Int
  }

  private static let failuresMax = 5

  private let asked: Int
  private let state: Mutex<State>
  private let start = ContinuousClock.now

  init(asked: Int) {
    self.asked = asked
    let first = UInt64.random(in: 0...1 << 53)
    state = Mutex(State(nextSeed: first, left: asked))
    Soak.say(
      "soak: \(asked) schedules, seeds from \(first), for \(Soak.minutesMax) minutes at most")
  }

  var result: (Figures, [ModelFailure]) { state.withLock { ($0.figures, $0.failures) } }

  /// Plays the next schedule; false where there is none.
  func play(on flavor: MySQLServer.Flavor) throws -> Bool {
    guard let seed = takeSeed() else { return false }
    do {
      let figures = try WorldPool.with(flavor) { try Schedule(seed: seed, in: $0).play() }
      state.withLock { $0.figures += figures }
    } catch let failure as ModelFailure {
      Soak.say("soak: \(failure)")
      state.withLock {
        $0.failures.append(failure)
        $0.figures.schedules += 1
        $0.figures.lost += failure.lost
        $0.figures.doubled += failure.doubled
      }
    }
    report()
    return true
  }

  private func takeSeed() -> UInt64? {
    state.withLock { state in
      guard state.left > 0, state.failures.count < Self.failuresMax,
        .now - start < .seconds(60 * Soak.minutesMax)
      else { return nil }
      state.left -= 1
      state.nextSeed += 1
      return state.nextSeed - 1
    }
  }

  private func report() {
    let figures = state.withLock { $0.figures }
    guard figures.schedules % max(1, asked / 20) == 0 else { return }
    let seconds = (.now - start) / .seconds(1)
    Soak.say("soak: after \(Int(seconds)) s: \(figures)")
  }
}
