/// What one row of a report stands for.
public enum ReportGrouping: String, CaseIterable, Sendable {
  case hour, day, week, month, code, group

  /// Whether its rows follow each other in time.
  public var isTime: Bool { self != .code && self != .group }

  /// The row that an hour belongs to; nil where rows are no stretches of time.
  public func key(of hour: LocalHour) -> ReportKey? {
    switch self {
    case .hour: .hour(hour)
    case .day: .day(hour.day)
    case .week: .week(Week(of: hour.day))
    case .month: .month(hour.day.month)
    case .code, .group: nil
    }
  }
}

/// Which row of a report it is. Keys of one report are of one kind.
public enum ReportKey: Hashable, Sendable {
  case hour(LocalHour)
  case day(CivilDay)
  case week(Week)
  case month(Month)
  case code(Code)
  /// Its name; nil for the codes that have none, or that the catalogue does not know.
  case group(String?)

  /// The days that the row is about, of those that the report is about.
  public func days(of range: DayRange) -> DayRange {
    switch self {
    case .hour(let hour): DayRange(hour.day)
    case .day(let day): DayRange(day)
    case .week(let week): week.days.intersection(with: range) ?? week.days
    case .month(let month): DayRange(month).intersection(with: range) ?? DayRange(month)
    case .code, .group: range
    }
  }
}

extension ReportKey: Comparable {
  /// In time; codes byte by byte; groups by name, what has none at the end.
  public static func < (a: ReportKey, b: ReportKey) -> Bool {
    switch (a, b) {
    case (.hour(let a), .hour(let b)): a < b
    case (.day(let a), .day(let b)): a < b
    case (.week(let a), .week(let b)): a < b
    case (.month(let a), .month(let b)): a < b
    case (.code(let a), .code(let b)): a < b
    case (.group(let a?), .group(let b?)): a.utf8.lexicographicallyPrecedes(b.utf8)
    case (.group(.some), .group(nil)): true
    default: false
    }
  }
}
