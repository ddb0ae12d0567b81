internal import CMariaDB
internal import Glibc

/// The client library's global state, set up once before the first connection.
enum MySQLLibrary {
  /// Variables the library would obey behind our back: a password, a port, a socket, and folders and
  /// names of plugins, which is to say code. What tally uses is in its own configuration only.
  static let ignoredVariables = [
    "MYSQL_PWD", "MYSQL_TCP_PORT", "MYSQL_UNIX_PORT", "MARIADB_PLUGIN_DIR", "LIBMYSQL_PLUGINS",
  ]

  /// Safe to call often and from any thread.
  static func prepare() throws(MySQLError) {
    guard isReady else {
      throw MySQLError(
        operation: "connect", kind: .configuration, code: 0,
        message: "the client library could not be initialised")
    }
  }

  private static let isReady: Bool = {
    for name in ignoredVariables { unsetenv(name) }
    return mysql_server_init(0, nil, nil) == 0
  }()
}
