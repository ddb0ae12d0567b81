/// The days that a report is about.
public enum ReportPeriod: Hashable, Sendable {
  case today
  case yesterday
  /// This many days, the last of them today.
  case days(Int)
  /// The month of today, so far.
  case month
  /// The year of today, so far.
  case year
  case range(DayRange)

  public func days(asOf today: CivilDay) -> DayRange {
    switch self {
    case .today: DayRange(today)
    case .yesterday: DayRange(today.advanced(by: -1))
    case .days(let count): through(today, from: today.advanced(by: 1 - max(1, count)))
    case .month: through(today, from: today.month.firstDay)
    case .year: through(today, from: Month(index: today.month.year * 12).firstDay)
    case .range(let range): range
    }
  }

  /// `first` never lies behind `last`.
  private func through(_ last: CivilDay, from first: CivilDay) -> DayRange {
    DayRange(first, through: last) ?? DayRange(last)
  }
}
