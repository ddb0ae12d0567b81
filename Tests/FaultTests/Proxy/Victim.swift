import Foundation
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

  /// The same for a signal that the tool catches; comes back when the kernel has handed it over. What
  /// is busy elsewhere may take its time, and go on in another thread meanwhile.
  func signalCaught(_ number: Int32) {
    signal(number)
    _ = eventually(within: 10) {
      let path = "/proc/\(pid.withLock { $0 } ?? 0)/status"
      let status = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
      let pending = status.split(separator: "\n").first { $0.hasPrefix("ShdPnd:") }
      return pending?.hasSuffix("\t0000000000000000") ?? true
    }
  }
}
