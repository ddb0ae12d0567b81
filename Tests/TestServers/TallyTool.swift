import Glibc

/// Runs the built `tally` as a user would: every run with an empty HOME of its own, which is its
/// working directory too.
public struct TallyTool: Sendable {
  public struct Output: Sendable {
    /// As a shell shows it: 128 + n where signal n ended the tool.
    public let exitCode: Int32
    public let stdout: String
    public let stderr: String
  }

  /// The built program, beside the test bundle.
  public static let path: String = {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = max(0, readlink("/proc/self/exe", &buffer, buffer.count))
    let tests = String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
    return tests.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" } + "/tally"
  }()

  private let command: [String]

  /// `wrapper` is put before the command line, such as `["strace", "-f"]`.
  public init(wrapper: [String] = []) { command = wrapper + [Self.path] }

  /// Runs to the end; killed, and an error, after `timeoutSeconds`. `environment` is the whole
  /// environment besides PATH, HOME and SWIFT_BACKTRACE=enable=no.
  public func run(
    _ arguments: [String], environment: [String: String] = [:], stdin: String = "",
    timeoutSeconds: Double = 120
  ) throws -> Output {
    try start(arguments, environment: environment, stdin: stdin)
      .wait(timeoutSeconds: timeoutSeconds)
  }

  /// Starts the tool and comes back at once.
  public func start(
    _ arguments: [String], environment: [String: String] = [:], stdin: String = ""
  ) throws -> RunningTally {
    let home = try Home()
    return try RunningTally(
      command: command + arguments, environment: variables(environment, home: home), home: home,
      stdin: stdin)
  }

  /// Runs to the end on a terminal of 80 columns, stdout and stderr alike, and returns all that the
  /// terminal was sent in `stdout`, with its carriage returns. With `capturingStdout` only stderr is
  /// the terminal, and is returned in `stderr`.
  public func runOnTerminal(
    _ arguments: [String], environment: [String: String] = [:], capturingStdout: Bool = false,
    timeoutSeconds: Double = 120
  ) throws -> Output {
    let home = try Home()
    let environment = ["TERM": "xterm"].merging(environment) { $1 }
    return try Terminal().run(
      command + arguments, environment: variables(environment, home: home), directory: home.path,
      capturingStdout: capturingStdout, timeoutSeconds: timeoutSeconds)
  }

  private func variables(_ given: [String: String], home: Home) -> [String: String] {
    let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
    return ["PATH": path, "HOME": home.path, "SWIFT_BACKTRACE": "enable=no"].merging(given) { $1 }
  }
}

/// A private folder that goes with its owner.
final class Home: Sendable {
  let path: String

  init() throws { path = try PrivateFolder.make() }

  deinit { try? PrivateFolder.remove(path) }
}

/// A tool on its way.
public final class RunningTally: Sendable {
  private let child: Child
  private let home: Home
  private let output: Scratch
  private let errors: Scratch
  /// Reaped once: a second wait for the same process number might meet a stranger.
  private let ended = Once<Int32>()

  init(command: [String], environment: [String: String], home: Home, stdin: String) throws {
    self.home = home
    let input = try Scratch(holding: stdin)
    output = try Scratch()
    errors = try Scratch()
    child = try Child(
      command, environment: environment, directory: home.path,
      stdin: .descriptor(input.descriptor), stdout: .descriptor(output.descriptor),
      stderr: .descriptor(errors.descriptor))
  }

  deinit { end() }

  public var processIdentifier: Int32 { child.pid }

  /// What it wrote so far.
  public var stdout: String { output.text }
  public var stderr: String { errors.text }

  /// Whether it has come to its end by now.
  public var hasEnded: Bool { ended.get { child.wait(seconds: 0)?.code } != nil }

  public func signal(_ number: Int32) {
    ended.ifUnset { Glibc.kill(child.pid, number) }
  }

  /// Waits for the end; kills the tool and throws when it takes longer.
  public func wait(timeoutSeconds: Double = 120) throws -> TallyTool.Output {
    let code = ended.get { child.wait(seconds: timeoutSeconds)?.code }
    guard let code else {
      end()
      throw TestFailure("tally did not end within \(timeoutSeconds) s; stderr: \(stderr)")
    }
    return TallyTool.Output(exitCode: code, stdout: stdout, stderr: stderr)
  }

  private func end() {
    _ = ended.get {
      Glibc.kill(child.pid, SIGKILL)
      return child.wait()?.code
    }
  }
}
