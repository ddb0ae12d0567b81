/// A day of the Gregorian calendar, without a time and without a zone.
public struct CivilDay: Hashable, Comparable, Sendable {
  /// Days since 1970-01-01.
  public let index: Int

  public init(index: Int) { self.index = index }

  /// Nil where the calendar has no such day, such as 2026-02-30; years 1970 to 9999.
  public init?(year: Int, month: Int, day: Int) {
    guard let of = Month(year: year, month: month), day >= 1, day <= of.dayCount else { return nil }
    self = of.firstDay.advanced(by: day - 1)
  }

  /// Reads `YYYY-MM-DD`, nothing else.
  public init?(_ text: some StringProtocol) { self.init(bytes: Array(text.utf8)[...]) }

  /// Reads `YYYY-MM-DD`, nothing else.
  public init?(bytes: ArraySlice<UInt8>) {
    guard bytes.count == 10, let month = Month(bytes: bytes.prefix(7)),
      bytes[bytes.startIndex + 7] == UInt8(ascii: "-"),
      let day = decimal(bytes.suffix(2))
    else { return nil }
    self.init(year: month.year, month: month.month, day: day)
  }

  public static func < (a: CivilDay, b: CivilDay) -> Bool { a.index < b.index }

  public func advanced(by days: Int) -> CivilDay { CivilDay(index: index + days) }

  /// The month this day lies in.
  public var month: Month { civil.month }

  /// Day of the month, 1 to 31.
  public var dayOfMonth: Int { civil.day }

  /// 1 Monday to 7 Sunday, as in ISO 8601. 1970-01-01 was a Thursday.
  public var weekday: Int { (index + 3).modulo(7) + 1 }

  /// Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days.
  private var civil: (month: Month, day: Int) {
    let shifted = index + 719_468
    let era = shifted.floorDivided(by: 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
    let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (Month(index: year * 12 + month - 1), day)
  }
}

extension CivilDay: CustomStringConvertible {
  /// `YYYY-MM-DD`
  public var description: String {
    let (month, day) = civil
    return "\(month)-\(twoDigits(day))"
  }
}
