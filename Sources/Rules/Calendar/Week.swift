/// A week of ISO 8601: from Monday to Sunday, and of the year that its Thursday lies in.
public struct Week: Hashable, Comparable, Sendable {
  /// Its Monday.
  public let firstDay: CivilDay

  /// The week that a day lies in.
  public init(of day: CivilDay) { firstDay = day.advanced(by: 1 - day.weekday) }

  /// All seven days.
  public var days: DayRange { DayRange(firstDay, through: firstDay.advanced(by: 6))! }
  // because a day lies before the sixth that follows it

  public static func < (a: Week, b: Week) -> Bool { a.firstDay < b.firstDay }
}

extension Week: CustomStringConvertible {
  /// `YYYY-Www`: 2027-01-03 lies in `2026-W53`.
  public var description: String {
    let thursday = firstDay.advanced(by: 3)
    let year = thursday.month.year
    let january = Month(index: year * 12).firstDay
    return "\(year)-W" + twoDigits((thursday.index - january.index) / 7 + 1)
  }
}
