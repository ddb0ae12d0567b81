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

  /// The same for a signal that the tool catches; comes back when its handler has run.
  ///
  /// Any thread may be given it, not only the one that waits for this message to go on. That the kernel
  /// has handed it over is not enough: that thread may wait for a processor, while the other one goes on.
  /// So all of them must have come to rest, which is what they do while the message is held up.
  func signalCaught(_ number: Int32) {
    signal(number)
    _ = eventually(within: 10) {
      guard let pid = pid.withLock({ $0 }) else { return true }
      let pending = status(of: "/proc/\(pid)/status", "ShdPnd:") ?? ""
      guard pending.allSatisfy({ $0 == "0" }) else { return false }
      let folder = "/proc/\(pid)/task"
      let threads = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      return threads.allSatisfy { thread in
        status(of: "\(folder)/\(thread)/status", "State:")?.hasPrefix("S") ?? true
      }
    }
  }

  /// What stands behind a name in a file of the kernel's; nil where the file has gone.
  private func status(of path: String, _ name: String) -> String? {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
    return text.split(separator: "\n").first { $0.hasPrefix(name) }
      .map { $0.dropFirst(name.count).trimmingCharacters(in: .whitespaces) }
  }
}
