internal import MySQLClient
internal import RedisClient

/// The exit codes, after sysexits(3): the one place where an error becomes a number.
public enum ExitStatus: Equatable, Sendable {
  case done, late, usage, rejected, unavailable, software, cannotCreate, inputOutput, tryAgain
  case redisBehindArchive, noPermission, configuration
  case interrupted(signal: Int32)

  public var code: Int32 {
    switch self {
    case .done: 0
    case .late: 1
    case .usage: 64
    case .rejected: 65
    case .unavailable: 69
    case .software: 70
    case .cannotCreate: 73
    case .inputOutput: 74
    case .tryAgain: 75
    case .redisBehindArchive: 76
    case .noPermission: 77
    case .configuration: 78
    case .interrupted(let signal): 128 + signal
    }
  }

  /// What a run ends with: its failure, or else whether something was rejected.
  public init(of outcome: JobOutcome) {
    if let failure = outcome.failure {
      self.init(of: failure)
    } else {
      self = outcome.report.rejected > 0 ? .rejected : .done
    }
  }

  public init(of error: any Error) {
    switch error {
    case let failure as JobFailure: self.init(of: failure.reason)
    case let error as RedisError: self.init(of: error)
    case let error as MySQLError: self.init(of: error)
    default: self = .software
    }
  }

  private init(of reason: JobFailure.Reason) {
    switch reason {
    case .usage: self = .usage
    case .unavailable: self = .unavailable
    case .readBackMismatch: self = .software
    case .cannotCreate: self = .cannotCreate
    case .inputOutput: self = .inputOutput
    case .tryAgain: self = .tryAgain
    case .redisBehindArchive: self = .redisBehindArchive
    case .noPermission: self = .noPermission
    case .configuration: self = .configuration
    case .interrupted(let signal): self = .interrupted(signal: signal)
    }
  }

  private init(of error: RedisError) {
    switch error.kind {
    case .unreachable: self = .unavailable
    // By then every repetition was used up.
    case .timedOut, .disconnected: self = .tryAgain
    case .malformedReply: self = .unavailable
    case .readOnlyConnection: self = .software
    case .refused(let code):
      switch code {
      case "OOM", "BUSY", "TRYAGAIN", "NOREPLICAS", "MISCONF": self = .tryAgain
      case "NOPERM", "NOAUTH", "WRONGPASS": self = .noPermission
      case "READONLY", "LOADING", "MASTERDOWN", "CLUSTERDOWN", "DENIED": self = .unavailable
      // Of what can be rejected by itself no error is thrown: this is a key of tally's own.
      case "MOVED", "ASK", "CROSSSLOT", "WRONGTYPE": self = .configuration
      default: self = .software
      }
    }
  }

  private init(of error: MySQLError) {
    if let named = ExitStatus(mysqlCode: error.code) {
      self = named
      return
    }
    switch error.kind {
    case .unreachable, .untrusted: self = .unavailable
    case .disconnected: self = .tryAgain
    case .configuration: self = .configuration
    case .refused, .warnings, .outOfStep: self = .software
    }
  }

  /// Nil for a number that says less than the kind of the error.
  ///
  /// Numbers below 2000 and above 3000 are the server's, those of 2000 to 2999 the client library's.
  /// Source: <https://mariadb.com/kb/en/mariadb-error-code-reference/>
  private init?(mysqlCode code: UInt32) {
    switch code {
    // No connection; connection limit; TLS refused or demanded; read only; being shut down.
    case 2002, 2003, 2005, 1040, 1129, 1130, 1203, 2026, 3159, 1290, 1836, 1792, 1053:
      self = .unavailable
    // Lost, locked or deadlocked, after all repetitions; full, of rows or of prepared statements;
    // interrupted by an administrator.
    case 2006, 2013, 4031, 1927, 1020, 1205, 1213, 1317, 1969, 3024, 1114, 1021, 28, 1026, 1461:
      self = .tryAgain
    case 1044, 1045, 1142, 1143, 1227, 1370, 1698: self = .noPermission
    // No such database, table or column; a plug-in that this account's login needs is missing.
    case 1049, 1146, 1054, 1156, 1524, 2059: self = .configuration
    default: return nil
    }
  }
}

/// A sentence saying what to do about an error; nil where there is nothing to say.
public func hint(for error: any Error) -> String? {
  switch error {
  case let failure as JobFailure: failure.hint
  case let error as RedisError: hint(for: error)
  case let error as MySQLError: hint(for: error)
  default: nil
  }
}

private func hint(for error: RedisError) -> String? {
  guard case .refused(let code) = error.kind else {
    return error.kind == .unreachable ? "Is Redis running, and is TALLY_REDIS_URL right?" : nil
  }
  switch code {
  case "NOPERM": return "Give the account the rights listed in cron/README.md."
  case "NOAUTH", "WRONGPASS":
    return "Set the password in TALLY_REDIS_PASSWORD and the user in TALLY_REDIS_URL."
  case "READONLY": return "This is a replica: point TALLY_REDIS_URL at the primary."
  case "OOM": return "Redis has reached maxmemory; the counters stay where they are."
  case "MISCONF": return "Redis cannot save to its disk; the counters stay where they are."
  case "MOVED", "ASK", "CROSSSLOT":
    return "This is a cluster: set TALLY_HASH_TAGS=1 and name the keys with hash tags."
  case "WRONGTYPE":
    return
      "A key that tally keeps for itself is of another type: rename it, and find out who wrote it."
  default: return nil
  }
}

private func hint(for error: MySQLError) -> String? {
  switch error.code {
  case 1049: "Create the database, or name another in TALLY_MYSQL_URL; then run `tally migrate`."
  case 1146, 1054: "Run `tally migrate`."
  case 1045, 1698: "Check the user in TALLY_MYSQL_URL and the password in TALLY_MYSQL_PASSWORD."
  case 1044, 1142, 1143, 1227, 1370: "`tally migrate --print-grants` prints the rights it needs."
  case 2002, 2003, 2005: "Is the server running, and is TALLY_MYSQL_URL right?"
  case 2026, 3159: "The options ssl-mode and ssl-ca of TALLY_MYSQL_URL say what is trusted."
  case 1290, 1836, 1792: "The server is read only: point TALLY_MYSQL_URL at the primary."
  case 1461:
    "Raise max_prepared_stmt_count, or find out which program leaves its prepared statements open."
  default: nil
  }
}
