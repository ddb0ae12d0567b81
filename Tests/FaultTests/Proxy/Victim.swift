import Glibc
import Synchronization
import TestServers

/// The process a fault is to strike; its number is known a moment after it began to talk.
final class Victim: Sendable {
  private let pid = Mutex<Int32?>(nil)

  /// Starts the tool through the bench's proxies and waits for its end.
  func run(_ subject: any Suffering, on bench: ProxyBench) throws -> TallyTool.Output {
    try start(subject.arguments, on: bench).wait(timeoutSeconds: 60)
  }

  func start(_ arguments: [String], on bench: ProxyBench) throws -> RunningTally {
    let tool = try TallyTool().start(arguments, environment: bench.environment)
    pid.withLock { $0 = tool.processIdentifier }
    return tool
  }

  /// Without the tool's own lock, which its waiter holds. The number is no stranger's: the process
  /// spoke a moment ago.
  func signal(_ number: Int32) {
    _ = eventually(within: 10) { pid.withLock { $0 } != nil }
    if let pid = pid.withLock({ $0 }) { kill(pid, number) }
  }
}
