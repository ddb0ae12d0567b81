/// The longest run of days without a gap; the earliest of several. Nil where there is no day.
///
/// `days` are in order, each at most once.
public func longestStreak(of days: some Sequence<CivilDay>) -> DayRange? {
  var longest: DayRange?
  var current: DayRange?
  for day in days {
    let isNext = current.map { $0.last.advanced(by: 1) == day } ?? false
    current = isNext ? current.flatMap { DayRange($0.first, through: day) } : DayRange(day)
    if let current, current.dayCount > longest?.dayCount ?? 0 { longest = current }
  }
  return longest
}
