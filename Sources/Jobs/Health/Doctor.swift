internal import Glibc
public import MySQLClient
internal import MySQLStore
public import RedisClient
public import RedisStore
internal import Rules

/// Looks at every precondition of both servers, by the same rules that stop the jobs, and goes on where
/// one does not hold. Changes nothing.
public struct Doctor: Sendable {
  /// Clocks further apart than this are worth a word; counts are booked by the clock of Redis alone.
  static let clockDistanceSecondsMax = 30

  private let keyspace: Keyspace

  public init(keyspace: Keyspace) { self.keyspace = keyspace }

  // MARK: Redis

  public func look(at endpoint: RedisEndpoint) -> [Finding] {
    let connection: RedisConnection
    let info: RedisServerInfo
    do {
      connection = try RedisConnection(endpoint, tries: 1)
      info = try connection.serverInfo()
    } catch {
      return [Finding("redis", "connection", stoppedBy: error, needed: "a server that answers")]
    }
    var findings = [
      Finding("redis", "connection", .fine, found: "\(endpoint)", needed: "a server that answers")
    ]
    findings += RedisRequirement.allCases.map { requirement in
      let name = "\(requirement)"
      guard let violation = requirement.violation(by: info) else {
        return Finding(
          "redis", name, .fine, found: requirement.found(in: info), needed: requirement.needed)
      }
      return Finding("redis", name, stoppedBy: violation, needed: requirement.needed)
    }
    findings.append(persistence(info))
    findings.append(clock("redis") { try Int(connection.serverTimeMicroseconds() / 1_000_000) })
    findings.append(
      attempt("redis", "rights", needed: "the rights of cron/README.md") {
        rights(
          try RightsProbe(
            connection, keyspace, token: String(UInt64.random(in: .min ... .max), radix: 36)
          ).missing(), user: endpoint.user ?? "default")
      })
    findings.append(
      attempt("redis", "state", needed: "what tally remembers, whole") {
        let state = try AdStatStore(connection, keyspace: keyspace).state()
        return (.fine, state.map { "lineage \($0.lineage)" } ?? "none yet", nil)
      })
    findings.append(
      attempt("redis", "expiry times", needed: "none on counters and bitmaps") {
        let sample = try TTLSample.take(connection, keyspace)
        guard sample.withTTL > 0, let example = sample.example else {
          return (.fine, "none", nil)
        }
        return (
          .warning,
          "\(sample.withTTL) of \(sample.lookedAt) keys, \(printable(example)) among them",
          "What expires before it is archived is lost: find out who sets it, and take it off with "
            + "PERSIST."
        )
      })
    return findings
  }

  private func persistence(_ info: RedisServerInfo) -> Finding {
    let writesLog = info.fields["aof_enabled"] == "1"
    return Finding(
      "redis", "persistence", writesLog ? .fine : .warning,
      found: writesLog ? "appendonly yes" : "appendonly no", needed: "appendonly yes",
      mend: "Set appendonly yes: what is counted since the last snapshot is lost in a crash.")
  }

  private func rights(
    _ missing: [RightsProbe.Missing], user: String
  ) -> (Finding.Grade, String, String?) {
    guard !missing.isEmpty else { return (.fine, "all", nil) }
    let words = missing.map { right in right.keyPattern ?? "+\(right.command.lowercased())" }
    var unique: [String] = []
    for word in words where !unique.contains(word) { unique.append(word) }
    let isFailing = missing.contains { $0.weight == .jobs }
    return (
      isFailing ? .failing : .warning, "missing: \(unique.joined(separator: " "))",
      "ACL SETUSER \(user) \(unique.joined(separator: " "))"
        + (isFailing
          ? "" : " (no job needs it, but loginlog mark, loginlog restore --to redis or tally cpc)")
    )
  }

  // MARK: MySQL

  public func look(at endpoint: MySQLEndpoint) -> [Finding] {
    let connection: MySQLConnection
    do {
      connection = try MySQLConnection(endpoint)
    } catch {
      return [Finding("mysql", "connection", stoppedBy: error, needed: "a server that answers")]
    }
    let facts: ServerFacts
    do {
      facts = try ServerFacts.read(on: connection)
    } catch {
      return [Finding("mysql", "connection", stoppedBy: error, needed: "a server that answers")]
    }
    return [
      Finding("mysql", "connection", .fine, found: "\(endpoint)", needed: "a server that answers"),
      version(connection),
      Finding(
        "mysql", "session", .fine, found: "strict sql_mode, UTC, utf8mb4, read back",
        needed: "settings that hold"),
      tls(endpoint, facts),
      Finding(
        "mysql", "writing", facts.isReadOnly ? .failing : .fine,
        found: facts.isReadOnly ? "read only" : "allowed", needed: "a server that takes writes",
        mend: "Point TALLY_MYSQL_URL at the primary."),
      clock("mysql") { facts.now },
    ] + schema(connection) + [
      attempt("mysql", "rights", needed: "those of the working account") {
        let missing = try WorkingRights.missing(on: connection)
        return missing.isEmpty
          ? (.fine, "all", nil)
          : (
            .failing, "missing: \(missing.joined(separator: ", "))",
            "`tally migrate --print-grants` prints the rights it needs."
          )
      }
    ]
  }

  private func version(_ connection: MySQLConnection) -> Finding {
    let needed = "MySQL 8.0.19, MariaDB 10.6 or newer"
    let parts = connection.serverVersion.split { !$0.isNumber }.prefix(3).compactMap { Int($0) }
    let least = connection.flavor == .mysql ? [8, 0, 19] : [10, 6, 0]
    let isEnough = !parts.lexicographicallyPrecedes(least)
    return Finding(
      "mysql", "version", isEnough ? .fine : .failing, found: connection.serverVersion,
      needed: needed, mend: "Upgrade the server.")
  }

  private func tls(_ endpoint: MySQLEndpoint, _ facts: ServerFacts) -> Finding {
    if case .unix = endpoint.address {
      return Finding(
        "mysql", "encryption", .fine,
        found: facts.cipher.isEmpty ? "none, by socket" : facts.cipher,
        needed: "none on a socket")
    }
    let isVerified = [.verifyCA, .verifyIdentity].contains(endpoint.tls)
    return Finding(
      "mysql", "encryption", !facts.cipher.isEmpty && isVerified ? .fine : .warning,
      found: facts.cipher.isEmpty
        ? "none" : facts.cipher + (isVerified ? "" : ", the server not verified"),
      needed: "a server that is verified",
      mend: "Leave ssl-mode out of TALLY_MYSQL_URL, and name the authority with ssl-ca.")
  }

  private func schema(_ connection: MySQLConnection) -> [Finding] {
    [
      attempt("mysql", "schema", needed: "up to date") {
        try SchemaPreflight.check([], on: connection)
        return (.fine, "up to date", nil)
      },
      attempt("mysql", "tables", needed: "as migrate makes them") {
        try SchemaPreflight.check(TableShape.all, on: connection)
        return (.fine, TableShape.all.map(\.name).joined(separator: ", "), nil)
      },
    ]
  }

  // MARK: This machine

  /// The directory of lock files; nothing is made.
  public static func lookAtLocks(in path: String) -> Finding {
    let needed = "a directory of our own"
    if let failure = JobLock.fault(ofDirectory: path) {
      return Finding("machine", "lock directory", stoppedBy: failure, needed: needed)
    }
    return Finding("machine", "lock directory", .fine, found: path, needed: needed)
  }

  /// The directory of the logs of expired bitmaps.
  public static func lookAtLogs(in path: String) -> Finding {
    let needed = "a directory we can write in"
    do {
      _ = try ExpiryLog(directory: path, day: CivilDay(index: 0))
      return Finding("machine", "log directory", .fine, found: path, needed: needed)
    } catch {
      return Finding("machine", "log directory", stoppedBy: error, needed: needed)
    }
  }

  // MARK: How to look

  private func clock(_ place: String, _ read: () throws -> Int) -> Finding {
    attempt(place, "clock", needed: "within \(Doctor.clockDistanceSecondsMax) s of this machine's")
    {
      let distance = try read() - time(nil)
      let isFine = abs(distance) <= Doctor.clockDistanceSecondsMax
      return (
        isFine ? .fine : .warning,
        abs(distance) <= 1
          ? "together" : "\(abs(distance)) s \(distance < 0 ? "behind" : "ahead")",
        "Let an NTP client set the clocks."
      )
    }
  }

  private func attempt(
    _ place: String, _ name: String, needed: String,
    _ look: () throws -> (Finding.Grade, String, String?)
  ) -> Finding {
    do {
      let (grade, found, mend) = try look()
      return Finding(place, name, grade, found: found, needed: needed, mend: mend)
    } catch {
      return Finding(place, name, stoppedBy: error, needed: needed)
    }
  }
}
