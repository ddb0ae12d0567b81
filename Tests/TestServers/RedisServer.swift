import Glibc
import Synchronization

/// A real redis-server of its own, on a unix socket in a private folder.
///
/// It dies with the test process, however that ends, and its folder goes with it.
public final class RedisServer: Sendable {
  public let socketPath: String
  /// The server's working folder: its configuration, its log and, where it saves, its data.
  public let folder: String
  private let process: ServerProcess
  private let nextDatabase = Atomic(1)

  private static let databaseCount = 4096

  /// Starts a server with extra lines of configuration, such as `["maxmemory 2mb"]`. `environment` is
  /// added to its environment (libfaketime). Nothing is saved, no TCP port is open and DEBUG is
  /// allowed, unless the configuration says otherwise.
  public init(configuration: [String] = [], environment: [String: String] = [:]) throws {
    folder = try PrivateFolder.make()
    socketPath = "\(folder)/redis.sock"
    let lines =
      [
        "port 0", "unixsocket \(socketPath)", "unixsocketperm 700", "dir \(folder)", "save \"\"",
        "databases \(Self.databaseCount)", "daemonize no", "enable-debug-command yes",
      ] + configuration
    try writeFile("\(folder)/redis.conf", lines.joined(separator: "\n") + "\n")
    process = try ServerProcess(
      folder: folder, command: ["redis-server", "\(folder)/redis.conf"], environment: environment,
      isReady: { [socketPath] in
        guard let answer = firstBytes(from: socketPath, sending: "PING\r\n") else { return false }
        // Any other answer, be it a refusal, comes from a server that is ready.
        return !String(decoding: answer, as: UTF8.self).hasPrefix("-LOADING")
      })
  }

  /// One server for the whole test run, for tests that take a database of their own.
  public static func shared() throws -> RedisServer { try common.get() }

  private static let common = Result { try RedisServer() }

  /// The number of a database nobody else uses. Database 0 is never given away.
  public func freshDatabase() -> Int {
    let number = nextDatabase.wrappingAdd(1, ordering: .relaxed).oldValue
    precondition(number < Self.databaseCount, "a test run takes at most 4095 Redis databases")
    return number
  }

  public func url(database: Int = 0) -> String { "unix://\(socketPath)?db=\(database)" }

  /// Runs one command by `redis-cli` and returns what it prints, without the last line end.
  @discardableResult
  public func run(_ command: [String], database: Int = 0, stdin: String = "") throws -> String {
    let output = try Child.run(
      ["redis-cli", "-s", socketPath, "-n", "\(database)"] + command, stdin: stdin)
    return output.hasSuffix("\n") ? String(output.dropLast()) : output
  }

  /// The number of the server's process; nil after `kill`.
  public var processIdentifier: Int32? { process.processIdentifier }

  /// SIGKILL, wait, nothing saved beyond what the configuration saves.
  public func kill() { process.kill() }

  /// Starts again on the same folder and socket after `kill`.
  public func restart() throws { try process.start() }

  /// SIGSTOP: takes connections (the kernel does) and answers nothing.
  public func suspend() { process.suspend() }

  public func resume() { process.signal(SIGCONT) }
}

/// Replaces the file as a whole, so that a reader sees the old text or the new one.
func writeFile(_ path: String, _ text: String) throws {
  let draft = "\(path).draft"
  let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
  guard descriptor >= 0 else { throw TestFailure("\(draft): \(lastError())") }
  defer { close(descriptor) }
  let bytes = Array(text.utf8)
  guard write(descriptor, bytes, bytes.count) == bytes.count, rename(draft, path) == 0 else {
    throw TestFailure("\(path): \(lastError())")
  }
}
