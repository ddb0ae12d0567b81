import Jobs

extension ExitStatus {
  /// The last section of a command's help: the codes it can end with.
  static func help(_ statuses: [ExitStatus]) -> String {
    let lines = statuses.map { "  \($0.code)\($0.code < 10 ? " " : "")  \($0.meaning)" }
    return (["EXIT STATUS"] + lines + ["  128+n  ended by signal n"]).joined(separator: "\n")
  }

  private var meaning: String {
    switch self {
    case .done: "done, or nothing to do"
    case .late: "a job is late, or something stops one"
    case .usage: "the command line is wrong"
    case .rejected: "some data were rejected, all the rest is done"
    case .unavailable: "a server refuses or cannot be reached"
    case .software: "MySQL did not read back what was written, or a bug"
    case .cannotCreate: "a file or directory cannot be created"
    case .inputOutput: "a file or stdout cannot be written"
    case .tryAgain: "try again later: lock held, retries used up, server full"
    case .redisBehindArchive: "Redis is older than an archive: a person has to decide"
    case .noPermission: "a right is missing"
    case .configuration: "a setting or the schema is wrong or missing"
    case .interrupted: "ended by a signal"
    }
  }
}
