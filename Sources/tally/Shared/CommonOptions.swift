import ArgumentParser
import Logging

/// The options that every command understands.
///
/// Those that say where things are have no defaults here: `Settings` looks further for them.
struct CommonOptions: ParsableArguments {
  @Option(
    name: .customLong("redis-url"),
    help: ArgumentHelp(
      "redis://[user@]host[:port][/db] or unix:///path/to.sock?db=N (TALLY_REDIS_URL).",
      valueName: "url"))
  var redisURL: String?

  @Option(
    name: .customLong("mysql-url"),
    help: ArgumentHelp(
      "mysql://user@host[:port]/database?socket=…&ssl-mode=…&ssl-ca=… (TALLY_MYSQL_URL).",
      valueName: "url"))
  var mysqlURL: String?

  @Option(
    help: ArgumentHelp(
      "A file of KEY=value lines, mode 0600 (TALLY_ENV_FILE).", valueName: "file"),
    completion: .file())
  var envFile: String?

  @Option(
    help: ArgumentHelp(
      "The zone whose days and hours count, such as Europe/Berlin (TALLY_TIME_ZONE, else UTC).",
      valueName: "zone"))
  var timeZone: String?

  @Flag(help: "Print one JSON object on stdout, also after a failure.")
  var json = false

  @Option(help: "How much is said on stderr.")
  var logLevel = LogChoice.warning

  @Option(help: "Draw a progress bar on stderr; auto draws it on a terminal.")
  var progress = ProgressChoice.auto
}

enum ProgressChoice: String, ExpressibleByArgument, CaseIterable {
  case auto, never, always
}

/// The least level that is shown; the next one shows more.
enum LogChoice: String, ExpressibleByArgument, CaseIterable {
  case error, warning, info

  var level: Logger.Level {
    switch self {
    case .error: .error
    case .warning: .warning
    case .info: .info
    }
  }
}
