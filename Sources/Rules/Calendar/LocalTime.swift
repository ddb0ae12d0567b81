/// A moment as a wall clock and a calendar show it, without a zone.
public struct LocalTime: Hashable, Comparable, Sendable {
  public let day: CivilDay
  /// Seconds since midnight on the wall clock: 0 ..< 86,400.
  public let second: Int

  public init?(day: CivilDay, second: Int) {
    guard (0..<86_400).contains(second) else { return nil }
    self.day = day
    self.second = second
  }

  /// Reads `YYYY-MM-DD`, `YYYY-MM-DD HH:MM` or `YYYY-MM-DD HH:MM:SS`, also with a `T` between.
  public init?(bytes: ArraySlice<UInt8>) {
    guard let day = CivilDay(bytes: bytes.prefix(10)) else { return nil }
    var rest = bytes.dropFirst(10)
    guard let between = rest.popFirst() else {
      self.init(day: day, second: 0)
      return
    }
    guard between == UInt8(ascii: " ") || between == UInt8(ascii: "T"),
      let second = secondOfDay(rest)
    else { return nil }
    self.init(day: day, second: second)
  }

  public static func < (a: LocalTime, b: LocalTime) -> Bool {
    (a.day, a.second) < (b.day, b.second)
  }

  /// The instant at which a clock of UTC shows it.
  public var instantInUTC: Int { day.index * 86_400 + second }
}

extension LocalTime: CustomStringConvertible {
  /// `YYYY-MM-DD HH:MM:SS`
  public var description: String {
    "\(day) \(twoDigits(second / 3600)):\(twoDigits(second / 60 % 60)):\(twoDigits(second % 60))"
  }
}

extension LocalClock {
  /// What the wall clock and the wall calendar show.
  public func time(at instant: Int) -> LocalTime {
    let local = instant + utcOffsetSeconds(instant)
    return LocalTime(
      day: CivilDay(index: local.floorDivided(by: 86_400)), second: local.modulo(86_400))!
    // because a remainder of 86,400 is a second of a day
  }

  /// The first instant at which the wall clock shows `time` or a later one.
  ///
  /// A time that the clocks showed twice is therefore the first of the two, and one that they skipped
  /// is the moment at which they went on.
  public func instant(of time: LocalTime) -> Int {
    let local = time.instantInUTC
    // Before this the wall clock shows less, whichever of the offsets around it holds.
    let ahead = [-86_400, 0, 86_400].map { utcOffsetSeconds(local + $0) }
    var span = span(of: local - max(ahead[0], ahead[1], ahead[2]))
    while span.upperBound + utcOffsetSeconds(span.lowerBound) <= local {
      span = self.span(of: span.upperBound)
    }
    return max(span.lowerBound, local - utcOffsetSeconds(span.lowerBound))
  }

  /// Whether the wall clock shows any moment of this hour: none of one that is skipped in spring.
  public func shows(_ hour: LocalHour) -> Bool {
    LocalTime(day: hour.day, second: 3600 * hour.hour)
      .map { self.hour(at: instant(of: $0)) == hour } ?? false
  }

  /// `2026-11-20 09:00:00` as the wall clock shows it; where it shows this twice, the second one bears
  /// its distance from UTC, `2026-10-25 02:30:00+01:00`, so that reading it gives the same instant.
  public func text(of instant: Int) -> String {
    let time = time(at: instant)
    guard self.instant(of: time) != instant else { return time.description }
    let offset = utcOffsetSeconds(instant)
    let seconds = abs(offset) % 60
    return "\(time)\(offset < 0 ? "-" : "+")\(twoDigits(abs(offset) / 3600))"
      + ":\(twoDigits(abs(offset) / 60 % 60))" + (seconds == 0 ? "" : ":\(twoDigits(seconds))")
  }

  /// Reads what people enter: a time of this clock (see `LocalTime`), or one with its own distance from
  /// UTC behind it, `Z`, `+01:00` or `-03:30`. Nil for anything else.
  public func instant(reading text: some StringProtocol) -> Int? {
    var bytes = Array(text.utf8)[...]
    if bytes.last == UInt8(ascii: "Z"), bytes.count > 10 {
      return LocalTime(bytes: bytes.dropLast())?.instantInUTC
    }
    // A sign behind the date can only be that of a distance.
    if let sign = bytes.dropFirst(10).firstIndex(where: {
      $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-")
    }) {
      guard let offset = secondOfDay(bytes[(sign + 1)...]) else { return nil }
      let isBehind = bytes[sign] == UInt8(ascii: "-")
      bytes = bytes[..<sign]
      return LocalTime(bytes: bytes).map { $0.instantInUTC + (isBehind ? offset : -offset) }
    }
    return LocalTime(bytes: bytes).map { instant(of: $0) }
  }
}

/// Reads `HH:MM` or `HH:MM:SS`, as seconds since midnight.
private func secondOfDay(_ bytes: ArraySlice<UInt8>) -> Int? {
  func part(_ number: Int) -> Int? {
    let part = bytes.dropFirst(3 * number).prefix(3)
    guard number == 0 || bytes[part.startIndex - 1] == UInt8(ascii: ":") else { return nil }
    return decimal(part.prefix(2))
  }
  guard bytes.count == 5 || bytes.count == 8, let hour = part(0), let minute = part(1),
    let second = bytes.count == 8 ? part(2) : 0, hour < 24, minute < 60, second < 60
  else { return nil }
  return hour * 3600 + minute * 60 + second
}
