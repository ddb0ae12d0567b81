import Jobs
import Rules

/// One of the four jobs with its options, as a value and as a command line.
enum Work {
  case rollOver(hour: LocalHour?)
  case archive(days: ClosedRange<CivilDay>?, keepDays: Int)
  case sync(months: [Month])
  case expire(asOf: CivilDay)

  var name: String { arguments[1] }

  var arguments: [String] {
    switch self {
    case .rollOver(let hour):
      ["adstat", "rollover-hour"] + (hour.map { ["--hour", "\($0)"] } ?? [])
    case .archive(let days, let keepDays):
      ["adstat", "archive-day", "--keep-days", "\(keepDays)"]
        + (days.map { ["--from", "\($0.lowerBound)", "--to", "\($0.upperBound)"] } ?? [])
    case .sync(let months):
      ["loginlog", "sync-week"] + months.flatMap { ["--month", "\($0)"] }
    case .expire(let day): ["loginlog", "expire", "--as-of", "\(day)"]
    }
  }

  func job(logFolder: String) throws -> any Job {
    switch self {
    case .rollOver(let hour): return RolloverHour(hour: hour)
    case .archive(let days, let keepDays): return ArchiveDay(days: days, keepDays: keepDays)
    case .sync(let months): return SyncWeek(months: months)
    case .expire(let day):
      guard let rule = ExpiryRule(asOf: day) else { throw ModelFailure("no rule for \(day)") }
      return Expire(rule: rule, logDirectory: logFolder)
    }
  }

  /// How a run may end among faults: done, server gone (69), try again (75). That Redis is older than an
  /// archive (76), a wrong read-back (70) or a bad schema (78) would be wrong here.
  var allowedExitCodes: Set<Int32> {
    switch self {
    // The hour's day may have been sealed by another run.
    case .rollOver(let hour): hour == nil ? [0, 69, 75] : [0, 64, 69, 75]
    case .archive, .sync: [0, 69, 75]
    // A login came between reading and deleting.
    case .expire: [0, 65, 69, 75]
    }
  }

  /// About how many requests a run makes, so that a fault may meet each of them.
  var usualRequestCount: Int {
    switch self {
    case .rollOver: 30
    case .archive: 70
    case .sync: 25
    case .expire: 40
    }
  }
}
