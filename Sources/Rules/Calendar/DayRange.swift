/// Days from a first to a last one, both included.
public struct DayRange: Hashable, Sendable {
  public let first: CivilDay
  public let last: CivilDay

  /// Nil where the last day lies before the first.
  public init?(_ first: CivilDay, through last: CivilDay) {
    guard first <= last else { return nil }
    self.first = first
    self.last = last
  }

  /// One day.
  public init(_ day: CivilDay) {
    first = day
    last = day
  }

  /// All days of a month.
  public init(_ month: Month) {
    first = month.firstDay
    last = month.next.firstDay.advanced(by: -1)
  }

  /// The seven days from Monday to Sunday that the day lies in.
  public init(weekOf day: CivilDay) {
    first = day.advanced(by: 1 - day.weekday)
    last = first.advanced(by: 6)
  }

  /// All days of a year; nil for years the calendar does not have.
  public init?(year: Int) {
    guard let january = Month(year: year, month: 1), let december = Month(year: year, month: 12)
    else { return nil }
    first = january.firstDay
    last = DayRange(december).last
  }

  public var dayCount: Int { last.index - first.index + 1 }

  /// The months it touches, in order.
  public var months: [Month] {
    (first.month.index...last.month.index).map { Month(index: $0) }
  }

  public func contains(_ day: CivilDay) -> Bool { first <= day && day <= last }

  /// The days that both have; nil where there is none.
  public func intersection(with other: DayRange) -> DayRange? {
    DayRange(max(first, other.first), through: min(last, other.last))
  }

  public func touches(_ month: Month) -> Bool { first.month <= month && month <= last.month }
}
