import Configuration
import Glibc
import Jobs
import MySQLClient
import RedisClient
import Rules
import SystemPackage

/// Where things are: from a flag, else the environment, else the env file, else the secrets
/// directory, else a default. The only place that reads them.
///
/// A setting has one name everywhere: the environment variable, the line of the env file and the file
/// in the secrets directory are all called `TALLY_MYSQL_PASSWORD`. An empty value counts as none.
struct Settings {
  /// One place to look in.
  private struct Source {
    /// Such as `in /etc/tally.env`.
    let place: String
    let reader: ConfigReader

    init(place: String, values: [String: String]) {
      self.place = place
      reader = ConfigReader(
        provider: EnvironmentVariablesProvider(environmentVariables: values, secretsSpecifier: .all)
      )
    }

    /// A directory with one file a setting, such as systemd's LoadCredential makes.
    init(secretsDirectory path: String) async throws {
      place = "in \(path)"
      do {
        reader = ConfigReader(
          provider: try await DirectoryFilesProvider(directoryPath: FilePath(path)))
      } catch {
        throw JobFailure(.configuration, "secrets directory \(path): cannot be read: \(error)")
      }
    }
  }

  /// A value and the name to give it in a message.
  private struct Found {
    let value: String
    /// Such as `--redis-url` or `TALLY_REDIS_URL in /etc/tally.env`.
    let origin: String
    let isFlag: Bool

    /// A wrong flag is a matter of usage; a wrong value elsewhere of configuration.
    func refused(_ why: String) -> JobFailure {
      JobFailure(isFlag ? .usage : .configuration, "\(origin): \(why)")
    }
  }

  /// The env file that is read; nil where none is named.
  private(set) var envFilePath: String?

  /// A warning for each name that is nearly one of a setting, and is none.
  private(set) var misspelt: [String] = []

  private let options: CommonOptions
  private var sources: [Source]

  /// Opens the places to look in. Throws where a named env file or secrets directory is missing,
  /// malformed or open to others.
  init(_ options: CommonOptions) async throws {
    self.options = options
    let environment = Settings.environment()
    sources = [Source(place: "in the environment", values: environment)]
    misspelt += nearlySettings(environment.keys, place: "in the environment")
    if let path = options.envFile ?? lookUp("TALLY_ENV_FILE")?.value {
      let values = try readEnvFile(path)
      sources.append(Source(place: "in \(path)", values: values))
      misspelt += nearlySettings(values.keys, place: "in \(path)")
      envFilePath = path
    }
    if let path = lookUp("TALLY_SECRETS_DIR")?.value ?? lookUp("CREDENTIALS_DIRECTORY")?.value {
      sources.append(try await Source(secretsDirectory: path))
    }
  }

  /// The Redis server; there is no default, because a wrong one would be worked on silently.
  func redisEndpoint() throws(JobFailure) -> RedisEndpoint {
    let found = try required(
      "TALLY_REDIS_URL", flag: ("--redis-url", options.redisURL), what: "no Redis server",
      example: "redis://127.0.0.1:6379/0")
    var endpoint: RedisEndpoint
    do { endpoint = try RedisEndpoint(url: found.value) } catch {
      throw found.refused(error.description)
    }
    if endpoint.password == nil { endpoint.password = lookUp("TALLY_REDIS_PASSWORD")?.value }
    return endpoint
  }

  func mysqlEndpoint() throws(JobFailure) -> MySQLEndpoint {
    let found = try required(
      "TALLY_MYSQL_URL", flag: ("--mysql-url", options.mysqlURL), what: "no MySQL server",
      example: "mysql://tally@db.example.com/tally")
    return try mysqlEndpoint(found)
  }

  private func mysqlEndpoint(_ found: Found) throws(JobFailure) -> MySQLEndpoint {
    var endpoint: MySQLEndpoint
    do { endpoint = try MySQLEndpoint(url: found.value) } catch {
      throw found.refused(error.description)
    }
    if endpoint.password == nil { endpoint.password = lookUp("TALLY_MYSQL_PASSWORD")?.value }
    return endpoint
  }

  /// Nil where none is set; a wrong one is an error all the same.
  func optionalMySQLEndpoint() throws(JobFailure) -> MySQLEndpoint? {
    guard lookUp("TALLY_MYSQL_URL", flag: ("--mysql-url", options.mysqlURL)) != nil else {
      return nil
    }
    return try mysqlEndpoint()
  }

  func clock() throws(JobFailure) -> LocalClock { try localClock(zone: timeZoneName()) }

  /// Whose days and hours count: `Europe/Berlin`.
  func timeZoneName() -> String {
    lookUp("TALLY_TIME_ZONE", flag: ("--time-zone", options.timeZone))?.value ?? "UTC"
  }

  /// Stands before every key; empty where none is set.
  func keyPrefix() -> [UInt8] { Array((lookUp("TALLY_KEY_PREFIX")?.value ?? "").utf8) }

  func hashTags() throws(JobFailure) -> Bool {
    guard let found = lookUp("TALLY_HASH_TAGS") else { return false }
    switch found.value {
    case "1": return true
    case "0": return false
    default: throw found.refused("accepted is 1 or 0")
    }
  }

  func logDirectory(flag: String?) throws(JobFailure) -> String {
    try required(
      "TALLY_LOG_DIR", flag: ("--log-dir", flag),
      what: "no directory for the log of expired bitmaps",
      example: "/var/log/tally"
    ).value
  }

  /// Where lock files lie: root's are gone after a restart, which is when no lock can be held.
  func lockDirectory(flag: String?) throws(JobFailure) -> String {
    if let found = lookUp("TALLY_LOCK_DIR", flag: ("--lock-dir", flag)) { return found.value }
    if geteuid() == 0 { return "/run/tally" }
    guard let home = lookUp("HOME")?.value else {
      throw JobFailure(
        .configuration, "no directory for lock files: HOME is not set",
        hint: "Name one with --lock-dir or TALLY_LOCK_DIR, or run with --no-lock.")
    }
    return "\(home)/.local/state/tally"
  }

  /// Where the sorting of many users may put nameless files. Not `/tmp`, which may lie in memory.
  func temporaryDirectory() -> String { lookUp("TMPDIR")?.value ?? "/var/tmp" }

  /// A number such as of days; `flag` was checked when it was parsed.
  func wholeNumber(
    _ key: String, flag: Int?, in range: ClosedRange<Int>, default: Int
  ) throws(JobFailure) -> Int {
    if let flag { return flag }
    guard let found = lookUp(key) else { return `default` }
    guard let number = Int(found.value), range.contains(number) else {
      throw found.refused(accepted(range))
    }
    return number
  }

  /// How fast a run may go, and for those that write to MySQL, what it and its replicas must bear.
  func paceLimits(maxRate: Int?, _ load: LoadOptions? = nil) throws(JobFailure) -> PaceLimits {
    var limits = PaceLimits()
    limits.keysPerSecond = try optionalNumber("TALLY_MAX_RATE", flag: maxRate, in: maxRateRange)
    guard let load else { return limits }
    limits.load = try loadLimits(flag: load.maxLoad)
    limits.lagSecondsMax = try optionalNumber("TALLY_MAX_LAG", flag: load.maxLag, in: maxLagRange)
    limits.replicas = try replicas(flags: load.replicaURLs)
    limits.pauseSecondsMax = try wholeNumber(
      "TALLY_MAX_PAUSE", flag: load.maxPause, in: maxPauseRange,
      default: PaceLimits.defaultPauseSecondsMax)
    if limits.lagSecondsMax != nil, limits.replicas.isEmpty {
      throw JobFailure(
        load.maxLag == nil ? .configuration : .usage, "the most lag is named, but no replica",
        hint: "Name replicas by --replica-url or TALLY_REPLICA_URLS.")
    }
    if limits.lagSecondsMax == nil, !load.replicaURLs.isEmpty {
      throw JobFailure(
        .usage, "--replica-url names replicas, but nothing says how far they may be behind",
        hint: "Give --max-lag or set TALLY_MAX_LAG.")
    }
    return limits
  }

  private func loadLimits(flag: [LoadLimit]?) throws(JobFailure) -> [LoadLimit] {
    if let flag { return flag }
    guard let found = lookUp("TALLY_MAX_LOAD") else { return [] }
    guard let limits = LoadLimit.list(found.value) else { throw found.refused(acceptedLoadLimits) }
    return limits
  }

  /// Those of the flags, or else of the setting, with spaces between.
  private func replicas(flags: [String]) throws(JobFailure) -> [MySQLEndpoint] {
    var urls = flags.map { Found(value: $0, origin: "--replica-url", isFlag: true) }
    if urls.isEmpty, let found = lookUp("TALLY_REPLICA_URLS") {
      urls = found.value.split(separator: " ").map {
        Found(value: String($0), origin: found.origin, isFlag: false)
      }
    }
    var endpoints: [MySQLEndpoint] = []
    for url in urls { endpoints.append(try mysqlEndpoint(url)) }
    return endpoints
  }

  private func optionalNumber(
    _ key: String, flag: Int?, in range: ClosedRange<Int>
  ) throws(JobFailure) -> Int? {
    guard flag != nil || lookUp(key) != nil else { return nil }
    return try wholeNumber(key, flag: flag, in: range, default: range.lowerBound)
  }

  private func required(
    _ key: String, flag: (name: String, value: String?), what: String, example: String
  ) throws(JobFailure) -> Found {
    if let found = lookUp(key, flag: flag) { return found }
    let places = sources.map(\.place).joined(separator: ", ")
    throw JobFailure(
      .configuration, "\(what): looked for \(flag.name), \(key) \(places)",
      hint: "Set \(key), for example to \(example).")
  }

  private func lookUp(_ key: String, flag: (name: String, value: String?) = ("", nil)) -> Found? {
    if let value = flag.value { return Found(value: value, origin: flag.name, isFlag: true) }
    for source in sources {
      // A URL may hold a password, so that every value is treated as a secret.
      if let value = source.reader.string(forKey: ConfigKey([key]), isSecret: true), !value.isEmpty
      {
        return Found(value: value, origin: "\(key) \(source.place)", isFlag: false)
      }
    }
    return nil
  }

  private static func environment() -> [String: String] {
    var values: [String: String] = [:]
    var next = environ
    while let entry = next.pointee {
      let pair = String(cString: entry).split(
        separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if pair.count == 2 { values[String(pair[0])] = String(pair[1]) }
      next += 1
    }
    return values
  }
}
