import Glibc

/// Where a flavour's programs lie, and how they are told to be small and quick.
struct MySQLInstallation: Sendable {
  private let flavor: MySQLServer.Flavor
  /// The server's program and, for MySQL, the options that make it find its own files.
  private let program: String
  /// Where the freshly initialised data folder is kept.
  private let templatePath: String

  static let mariadb = MySQLInstallation(.mariadb)
  static let mysql = MySQLInstallation(.mysql)

  init(_ flavor: MySQLServer.Flavor) {
    self.flavor = flavor
    switch flavor {
    case .mariadb:
      program = "/usr/sbin/mariadbd"
      templatePath = "\(Self.buildFolder)/mariadb-template"
    case .mysql:
      program = "\(Self.buildFolder)/mysql/mysqld"
      templatePath = "\(Self.buildFolder)/mysql/template"
    }
  }

  /// Above Tests/TestServers.
  private static let buildFolder =
    #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" } + "/.build"

  var isPresent: Bool { access(program, X_OK) == 0 }

  func command(dataFolder: String) -> [String] {
    // Each program reads no file of options: neither the system's nor the user's.
    [program, "--no-defaults", "--datadir=\(dataFolder)", "--user=\(userName)"] + Self.small
      + (flavor == .mysql ? Self.smallMySQL : Self.smallMariaDB)
  }

  /// An initialised data folder, to be copied: made once per machine, anew after an upgrade.
  func template() throws -> String {
    guard isPresent else { throw TestFailure("\(program) is missing: run `make deps`") }
    let version = try Child.run([program, "--no-defaults", "--version"])
    let path = "\(templatePath)-\(fingerprint(version))"
    if access(path, F_OK) == 0 { return path }
    _ = try Child.run(["mkdir", "-p", Self.buildFolder])
    // Made under a name of its own and renamed: another test run may be doing the same.
    let draft = try Child.run(["mktemp", "-d", "\(templatePath)-XXXXXX"]).dropLast()
    switch flavor {
    case .mariadb:
      _ = try Child.run(
        ["mariadb-install-db", "--no-defaults", "--auth-root-authentication-method=normal"]
          + ["--skip-test-db"] + command(dataFolder: String(draft)).dropFirst(2))
    case .mysql:
      _ = try Child.run(command(dataFolder: String(draft)) + ["--initialize-insecure"])
    }
    if rename(String(draft), path) != 0 { try PrivateFolder.remove(String(draft)) }
    return path
  }

  // The log is written at each commit and never synced (2): with 0 the server keeps a second's commits
  // to itself, and a kill would lose them.
  private static let small = [
    "--skip-networking=ON", "--bind-address=127.0.0.1", "--skip-name-resolve=ON",
    "--performance-schema=OFF", "--innodb-buffer-pool-size=64M",
    "--innodb-flush-log-at-trx-commit=2", "--innodb-flush-method=nosync",
    "--innodb-doublewrite=OFF", "--innodb-fast-shutdown=0",
  ]
  private static let smallMariaDB = ["--innodb-log-file-size=16M"]
  private static let smallMySQL = [
    "--innodb-redo-log-capacity=32M", "--mysqlx=OFF", "--secure-file-priv=", "--skip-log-bin",
  ]

  private var userName: String {
    getpwuid(geteuid()).map { String(cString: $0.pointee.pw_name) } ?? "root"
  }

  /// The same for the same text, in every run; FNV-1a.
  private func fingerprint(_ text: String) -> String {
    let hash = (text + command(dataFolder: "").joined()).utf8.reduce(
      0xcbf2_9ce4_8422_2325 as UInt64
    ) {
      ($0 ^ UInt64($1)) &* 0x100_0000_01b3
    }
    return String(hash, radix: 16)
  }
}
