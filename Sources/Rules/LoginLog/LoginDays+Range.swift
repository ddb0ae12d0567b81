extension LoginDays {
  /// The days of `month` that lie within the range; both of its ends count.
  public func within(_ range: DayRange, of month: Month) -> LoginDays {
    let start = month.firstDay.index - 1
    let first = max(1, range.first.index - start)
    let last = min(month.dayCount, range.last.index - start)
    guard first <= last else { return LoginDays(bits: 0) }
    return LoginDays(bits: bits & (UInt32.max << first) & (UInt32.max >> (31 - last)))
  }

  /// As days of the calendar, in order.
  public func days(of month: Month) -> [CivilDay] {
    let start = month.firstDay.index - 1
    return daysOfMonth.map { CivilDay(index: start + $0) }
  }
}
