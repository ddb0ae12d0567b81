extension LocalClock {
  /// The hours that the wall clock shows on a day, up to the one at `instant`: 24 of them, 23 where one
  /// is skipped, and 24 again where one comes twice.
  public func hours(of day: CivilDay, until instant: Int = .max) -> [LocalHour] {
    var hours: [LocalHour] = []
    let (start, end) = (start(of: day), min(end(of: day) - 1, instant))
    var next = start
    while next <= end {
      let hour = hour(at: next)
      if hour.day == day, !hours.contains(hour) { hours.append(hour) }
      next = span(of: next).upperBound
    }
    return hours.sorted()
  }
}
