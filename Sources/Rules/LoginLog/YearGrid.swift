/// One user's year as a grid: weeks across, weekdays down, Monday first.
///
///     week     0 1 2 … 52
///     Monday   . # #
///     …
///     Sunday   # . .
///
/// The first and the last week may lie half outside the year. There are 53 of them, and 54 in a leap
/// year that begins on a Sunday.
public struct YearGrid: Sendable {
  public enum Cell: Sendable, Equatable {
    /// A day of another year: nothing is drawn.
    case outside
    /// A day that has not come yet.
    case future
    case idle
    case login
  }

  public let year: DayRange
  /// The days of the year with a login, in order.
  public let logins: [CivilDay]
  public let weekCount: Int
  private let today: CivilDay
  private let isLogin: Set<CivilDay>
  /// Monday of the first week.
  private let start: CivilDay

  /// `logins` in order; those of other years are left out.
  public init(year: DayRange, logins: [CivilDay], today: CivilDay) {
    self.year = year
    self.logins = logins.filter { year.first <= $0 && $0 <= year.last }
    self.today = today
    isLogin = Set(self.logins)
    start = year.first.advanced(by: 1 - year.first.weekday)
    weekCount = (year.last.index - start.index) / 7 + 1
  }

  /// `week` from 0, `weekday` from 1 Monday to 7 Sunday.
  public func day(week: Int, weekday: Int) -> CivilDay {
    start.advanced(by: 7 * week + weekday - 1)
  }

  public func cell(_ day: CivilDay) -> Cell {
    guard year.first <= day, day <= year.last else { return .outside }
    if isLogin.contains(day) { return .login }
    return day > today ? .future : .idle
  }

  /// The weeks in which a month begins, in order: where its name stands.
  public var monthStarts: [(week: Int, month: Month)] {
    year.months.map { (($0.firstDay.index - start.index) / 7, $0) }
  }

  public var longestStreak: DayRange? { Rules.longestStreak(of: logins) }
}
