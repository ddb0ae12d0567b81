internal import Rules

/// The rule by which a zone sets its clocks year after year, as POSIX writes it:
/// `CET-1CEST,M3.5.0,M10.5.0/3`.
///
/// Source: <https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/V1_chap08.html>, with the hours
/// of -167 to 167 that zone files allow (RFC 9636, section 3.3.2).
struct ZoneRule: Sendable {
  private struct Summer: Sendable {
    let offset: Int
    let start: YearlyChange
    let end: YearlyChange
  }

  private let standardOffset: Int
  private let summer: Summer?

  /// Nil where the text is no such rule.
  init?(_ text: String) {
    var reader = RuleReader(text)
    guard reader.name(), let west = reader.offset() else { return nil }
    standardOffset = -west
    if reader.isAtEnd {
      summer = nil
      return
    }
    guard reader.name() else { return nil }
    var offset = standardOffset + 3600
    if !reader.next(is: ",") {
      guard let west = reader.offset() else { return nil }
      offset = -west
    }
    guard ZoneFile.isOffset(offset), reader.accept(","), let start = reader.change(),
      reader.accept(","), let end = reader.change(), reader.isAtEnd
    else { return nil }
    summer = Summer(offset: offset, start: start, end: end)
  }

  /// Seconds ahead of UTC.
  func utcOffsetSeconds(at instant: Int) -> Int {
    guard let summer else { return standardOffset }
    let local = instant + standardOffset
    let dayIndex = local / 86_400 - (local % 86_400 < 0 ? 1 : 0)
    let year = CivilDay(index: dayIndex).month.year
    let start = summer.start.localSeconds(in: year) - standardOffset
    let end = summer.end.localSeconds(in: year) - summer.offset
    // South of the equator, and where the rule counts winter as the exception, summer spans New Year.
    let isSummer =
      start < end ? (start..<end).contains(instant) : !(end..<start).contains(instant)
    return isSummer ? summer.offset : standardOffset
  }
}

/// A day of every year and a time on it, by the clock that is about to be set.
private struct YearlyChange: Sendable {
  enum Day: Sendable {
    /// `M3.5.0`: month, week (5 is the last), weekday (0 is Sunday).
    case weekday(month: Int, week: Int, weekday: Int)
    /// `J60`: 1 to 365, 29 February is never counted.
    case withoutLeapDay(Int)
    /// `59`: 0 to 365, 29 February is counted.
    case ofYear(Int)
  }

  let day: Day
  let timeSeconds: Int

  /// Seconds since 1970, as if the local clock were UTC.
  func localSeconds(in year: Int) -> Int {
    dayIndex(in: year) * 86_400 + timeSeconds
  }

  private func dayIndex(in year: Int) -> Int {
    let january = Month(index: year * 12)
    switch day {
    case .ofYear(let day): return january.firstDay.index + day
    case .withoutLeapDay(let day):
      let isLeap = january.next.dayCount == 29
      return january.firstDay.index + day - 1 + (isLeap && day >= 60 ? 1 : 0)
    case .weekday(let month, let week, let weekday):
      let of = Month(index: year * 12 + month - 1)
      let first = of.firstDay
      let toFirst = (weekday - first.weekday % 7 + 7) % 7
      let inMonth = toFirst + (week - 1) * 7
      return first.index + (inMonth < of.dayCount ? inMonth : inMonth - 7)
    }
  }
}

/// Reads a rule's text from front to back.
private struct RuleReader {
  private var rest: Substring

  init(_ text: String) { rest = text[...] }

  var isAtEnd: Bool { rest.isEmpty }

  func next(is character: Character) -> Bool { rest.first == character }

  mutating func accept(_ character: Character) -> Bool {
    guard next(is: character) else { return false }
    rest.removeFirst()
    return true
  }

  /// `CET`, or `<+0545>`.
  mutating func name() -> Bool {
    if accept("<") {
      guard let end = rest.firstIndex(of: ">") else { return false }
      rest = rest[end...].dropFirst()
      return true
    }
    let letters = rest.prefix { $0.isASCII && $0.isLetter }
    rest = rest.dropFirst(letters.count)
    return letters.count >= 3
  }

  /// How far the zone is behind UTC, in seconds.
  mutating func offset() -> Int? {
    time().flatMap { ZoneFile.isOffset($0) ? $0 : nil }
  }

  /// `[+-]hh[:mm[:ss]]`, in seconds.
  mutating func time() -> Int? {
    let sign = accept("-") ? -1 : 1
    if sign == 1 { _ = accept("+") }
    guard let hours = number(max: 167) else { return nil }
    var seconds = hours * 3600
    if accept(":") {
      guard let minutes = number(max: 59) else { return nil }
      seconds += minutes * 60
      if accept(":") {
        guard let more = number(max: 59) else { return nil }
        seconds += more
      }
    }
    return sign * seconds
  }

  /// `M3.2.0/2`, `J60`, `59/1:30`; two o'clock where no time is given.
  mutating func change() -> YearlyChange? {
    guard let day = day() else { return nil }
    guard accept("/") else { return YearlyChange(day: day, timeSeconds: 7200) }
    return time().map { YearlyChange(day: day, timeSeconds: $0) }
  }

  private mutating func day() -> YearlyChange.Day? {
    if accept("M") {
      guard let month = number(max: 12), month >= 1, accept("."), let week = number(max: 5),
        week >= 1, accept("."), let weekday = number(max: 6)
      else { return nil }
      return .weekday(month: month, week: week, weekday: weekday)
    }
    if accept("J") { return number(max: 365).flatMap { $0 >= 1 ? .withoutLeapDay($0) : nil } }
    return number(max: 365).map { .ofYear($0) }
  }

  private mutating func number(max: Int) -> Int? {
    let digits = rest.prefix { ("0"..."9").contains($0) }
    guard (1...3).contains(digits.count), let value = Int(digits), value <= max else { return nil }
    rest = rest.dropFirst(digits.count)
    return value
  }
}
