import Glibc
import TestServers

/// A run that stands still (SIGSTOP) at one of its messages, for as long as a test likes, while other
/// runs go by.
final class Zombie {
  private let tool: RunningTally
  private let gate = Gate()

  /// Starts the tool and comes back when it stands before or behind the first message that has all
  /// these pieces: the message, or its reply, waits as well.
  init(
    _ arguments: [String], on bench: ProxyBench, _ moment: Fault.Moment, having pieces: [String]
  ) throws {
    let (victim, gate) = (Victim(), gate)
    bench.plan.begin([
      Fault(
        moment, where: { message in pieces.allSatisfy { message.text.contains($0) } },
        do: {
          victim.signal(SIGSTOP)
          gate.pass()
          return .goOn
        })
    ])
    tool = try victim.start(arguments, on: bench)
    guard gate.isReached() else {
      throw TestFailure("it passed all messages: \(bench.plan.messages); \(tool.stderr)")
    }
  }

  /// Lets it go on, and returns how it ended.
  func wake() throws -> TallyTool.Output {
    tool.signal(SIGCONT)
    gate.open()
    return try tool.wait(timeoutSeconds: 60)
  }

  // A proxy that waits would wait on.
  deinit { gate.open() }
}
