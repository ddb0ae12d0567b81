import Foundation
import TestServers
import Testing

/// A fault at one of the tool's system calls, put there by strace: the product has no hook for it.
///
/// strace counts the calls of each thread by themselves. A job runs on a thread of Swift's pool, the
/// loader on the first one: where the loader makes the same call (`openat`, `read`), name the paths
/// that are meant.
final class Strace {
  enum Fault: Sendable, CustomStringConvertible {
    /// Dies before the call: SIGKILL does not let the kernel begin it.
    case killedBefore
    /// Dies when the call is done and nothing was made of it. SIGSEGV is one of the few signals that
    /// Swift's threads do not block, and it waits for the end of the call.
    case killedAfter
    /// The call is not made and fails with an error such as `EIO`.
    case error(String)

    var description: String {
      switch self {
      case .killedBefore: "killed before"
      case .killedAfter: "killed after"
      case .error(let name): name
      }
    }

    fileprivate var injection: String {
      switch self {
      case .killedBefore: "signal=SIGKILL"
      case .killedAfter: "signal=SIGSEGV"
      case .error(let name): "error=\(name)"
      }
    }
  }

  /// The tool, running under strace.
  let tool: TallyTool
  private let folder: String
  private let fault: Fault

  /// Strikes at the `number`th `call`, counted from 1; of calls on these `paths` alone, if any.
  /// `watched` are further calls to be found in `trace`.
  init(
    _ call: String, _ fault: Fault, at number: Int, paths: [String] = [], watched: [String] = []
  ) throws {
    self.fault = fault
    folder = try PrivateFolder.make()
    tool = TallyTool(
      wrapper: [
        "strace", "-f", "-qq", "-o", "\(folder)/trace",
        "-e", "trace=\(([call] + watched).joined(separator: ","))",
        "-e", "inject=\(call):\(fault.injection):when=\(number)",
      ] + paths.flatMap { ["-P", $0] })
  }

  deinit { try? PrivateFolder.remove(folder) }

  /// The calls that were watched, one a line, the struck one marked `(INJECTED)` unless it was a kill.
  var trace: [String] {
    let bytes = FileManager.default.contents(atPath: "\(folder)/trace") ?? Data()
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  /// Whether the run that ended so had come to the call.
  func struck(_ output: TallyTool.Output) -> Bool {
    switch fault {
    case .killedBefore: output.exitCode == 128 + SIGKILL
    case .killedAfter: output.exitCode == 128 + SIGSEGV
    case .error: trace.contains { $0.contains("(INJECTED)") }
    }
  }

  static let isAvailable: Bool =
    (try? TallyTool(wrapper: ["strace", "-f", "-qq", "-o", "/dev/null"]).run(["--version"]))?
    .exitCode == 0

  static let need: Comment = "strace cannot run here: it is missing, or tracing is forbidden"

  /// Strikes at the first call, at the next one, … until a run is done before the fault's turn comes.
  /// `round` makes work, runs the struck tool, runs it again whole, checks, and returns how the struck
  /// run ended. Returns the number of runs that were struck.
  static func strikes(
    at call: String, _ fault: Fault, from first: Int = 1, stride: Int, paths: [String] = [],
    _ round: (Strace) throws -> TallyTool.Output
  ) throws -> Int {
    var count = 0
    for number in Swift.stride(from: first, to: 2000, by: stride) {
      let strace = try Strace(call, fault, at: number, paths: paths)
      let output = try round(strace)
      guard strace.struck(output) else {
        #expect(output.exitCode == 0, "\(call) \(number), untouched: \(output.stderr)")
        return count
      }
      count += 1
    }
    throw TestFailure("\(call): no run came to its end")
  }
}
