public import RedisStore
public import Rules

/// How the system is doing.
public struct StatusReport: Sendable {
  /// How one of the jobs of the crontab is doing. All instants are in seconds since 1970.
  public struct JobState: Sendable {
    public let job: ScheduledJob
    /// When the last run that did all it could began; nil where none is known.
    public var lastSuccess: Int?
    /// How the last run ended; nil where that is not known.
    public var lastExitCode: Int?
    public var nextDue: Int
    public var isLate = false
  }

  /// What is counted and stands in no catalogue.
  public struct UnknownCodes: Equatable, Sendable {
    public var count = 0
    /// The first ten.
    public var named: [Code] = []
  }

  /// The instant it tells of.
  public let now: Int
  public var jobs: [JobState] = []
  /// Nil where Redis could not be asked.
  public var backlog: Backlog?
  /// Up to which day all is archived; nil where none is.
  public var sealed: CivilDay?
  public var today: CivilDay
  /// Months whose first day lies so far back that their bitmaps may leave Redis.
  public var expiry: ExpiryRule
  /// Nil where a server could not be asked, or where the catalogue is empty.
  public var unknownCodes: UnknownCodes?
  /// Why a server could not be asked; nil where it could, or is not configured.
  public var redisFailure: (any Error)?
  public var mysqlFailure: (any Error)?
  public var isMySQLConfigured: Bool
  /// What is late or wrong, a sentence without a stop each.
  public var late: [String] = []

  /// Closed days that Redis has hashes of and that are not archived, oldest first.
  public var unarchivedDays: [CivilDay] {
    (backlog?.dayHashes.keys.filter { $0 < today && !isArchived($0) } ?? []).sorted()
  }

  /// Closed days that Redis has sketches of, archived or not, oldest first.
  public var closedSketchDays: [CivilDay] {
    (backlog?.daySketches.keys.filter { $0 < today } ?? []).sorted()
  }

  /// On which day the last archive of sketches that did all it could began; nil where none is known. No
  /// day of sketches is ever sealed, so that this is all there is to tell by.
  public var lastSketchArchive: CivilDay?

  /// Whether the last archive of sketches found the day closed. What came since waits for the next one.
  public func areSketchesArchived(of day: CivilDay) -> Bool {
    lastSketchArchive.map { day < $0 } ?? false
  }

  public func isArchived(_ day: CivilDay) -> Bool { sealed.map { day <= $0 } ?? false }

  /// What a probe ends with: a server that cannot be asked comes before what is late.
  public var status: ExitStatus {
    if let failure = redisFailure ?? mysqlFailure { return ExitStatus(of: failure) }
    return late.isEmpty ? .done : .late
  }
}

extension ScheduledJob {
  /// As on the command line.
  public var name: String {
    switch self {
    case .rolloverHour: RolloverHour.name
    case .archiveDay: ArchiveDay.name
    case .cpcArchiveDay: CPCArchiveDay.name
    case .syncWeek: SyncWeek.name
    case .expire: Expire.name
    }
  }
}
