import Glibc
import Synchronization

/// A real MariaDB or MySQL server of its own, on a unix socket in a private folder.
///
/// It dies with the test process, however that ends, and its folder goes with it.
public final class MySQLServer: Sendable {
  public enum Flavor: String, CaseIterable, Sendable, CustomStringConvertible {
    case mariadb
    case mysql

    public var description: String { self == .mariadb ? "MariaDB" : "MySQL" }
  }

  /// The flavours this machine has: MariaDB always, MySQL where the test set-up could fetch it.
  public static let available: [Flavor] = {
    if MySQLInstallation.mysql.isPresent { return [.mariadb, .mysql] }
    complain("no MySQL server at hand (Tests/TestServers/fetch-mysql.sh): MariaDB alone is tested")
    return [.mariadb]
  }()

  public let flavor: Flavor
  public let socketPath: String
  /// The server's folder: the data lie in `data`, what it says in `log`.
  public let folder: String
  private let process: ServerProcess
  private let databaseCount = Atomic(0)

  /// Starts a server with further options, such as `["wait_timeout=1"]`. No TCP port is open unless
  /// they say `skip_networking=OFF` and `port=` with a `freeTCPPort()`. Nothing is synced to disk: a
  /// killed server comes back whole, a machine that lost its power need not.
  ///
  /// With `diskMegabytes` the data lie on a disk of that size, which only root can make: in memory, seen
  /// by the server alone (others find it below `/proc/<its number>/root`), and gone with it.
  public init(
    _ flavor: Flavor, configuration: [String] = [], diskMegabytes: Int? = nil
  ) throws {
    self.flavor = flavor
    let installation = MySQLInstallation(flavor)
    let template = try installation.template()
    folder = try PrivateFolder.make()
    socketPath = "\(folder)/mysql.sock"
    let data = "\(folder)/data"
    var wrapper: [String] = []
    if let diskMegabytes {
      guard mkdir(data, 0o700) == 0 else { throw TestFailure("\(data): \(lastError())") }
      wrapper = [
        "unshare", "--mount", "sh", "-c", Self.ownDisk, data, "\(diskMegabytes)m", template,
      ]
    } else {
      _ = try Child.run(["cp", "-a", "--", template, data])
      // By its name in there a replica would take its source for itself.
      unlink("\(data)/auto.cnf")
    }
    let command =
      wrapper + installation.command(dataFolder: "\(folder)/data") + [
        "--socket=\(socketPath)", "--pid-file=\(folder)/pid", "--tmpdir=\(folder)",
      ] + configuration.map { "--\($0)" }
    process = try ServerProcess(
      folder: folder, command: command, environment: [:],
      // The protocol's version, 10, is the first byte behind the header of the greeting.
      isReady: { [socketPath] in firstBytes(from: socketPath)?.dropFirst(4).first == 10 })
  }

  private static let ownDisk = #"""
    mount -t tmpfs -o "size=$1" tmpfs "$0" && cp -a -- "$2/." "$0" && shift 2 && exec "$@"
    """#

  /// One server of each flavour for the whole test run.
  public static func shared(_ flavor: Flavor) throws -> MySQLServer {
    try (flavor == .mariadb ? commonMariaDB : commonMySQL).get()
  }

  private static let commonMariaDB = Result { try MySQLServer(.mariadb) }
  private static let commonMySQL = Result { try MySQLServer(.mysql) }

  /// Creates an empty database nobody else uses and returns its name.
  public func freshDatabase() throws -> String {
    let name = "test_\(databaseCount.wrappingAdd(1, ordering: .relaxed).newValue)"
    try run("CREATE DATABASE \(name)")
    return name
  }

  /// `root` has no password on the socket.
  public func url(database: String, user: String = "root") -> String {
    "mysql://\(user)@localhost/\(database)?socket=\(socketPath)"
  }

  /// Runs SQL by the `mariadb` command line client and returns its output: a line per row, tabs
  /// between columns, no heads, no last line end. Tabs, line ends, NULs and backslashes within a value
  /// come as `\t`, `\n`, `\0` and `\\`, NULL as `NULL`; select `HEX(…)` where bytes matter.
  @discardableResult
  public func run(_ sql: String, database: String? = nil) throws -> String {
    let output = try Child.run(
      [
        "mariadb", "--no-defaults", "--socket=\(socketPath)", "--user=root", "--skip-ssl",
        "--default-character-set=utf8mb4", "--batch", "--skip-column-names", "--binary-mode",
      ] + (database.map { [$0] } ?? []),
      stdin: sql)
    return output.hasSuffix("\n") ? String(output.dropLast()) : output
  }

  /// The number of the server's process; nil after `kill`.
  public var processIdentifier: Int32? { process.processIdentifier }

  /// SIGKILL, wait. What was committed is there again after `restart`.
  public func kill() { process.kill() }

  /// Starts again on the same data and socket after `kill`.
  public func restart() throws {
    // A lock file naming a process number that somebody else has by now would stop MySQL.
    unlink("\(socketPath).lock")
    try process.start()
  }

  /// SIGSTOP: takes connections (the kernel does) and answers nothing.
  public func suspend() { process.suspend() }

  public func resume() { process.signal(SIGCONT) }
}

/// One line on stderr, for what a person should know about this machine's tests.
func complain(_ line: String) {
  let bytes = Array("\(line)\n".utf8)
  _ = write(2, bytes, bytes.count)
}
