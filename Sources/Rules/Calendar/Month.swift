/// A month of the Gregorian calendar.
public struct Month: Hashable, Comparable, Sendable {
  /// Months since the (fictitious) January of the year 0.
  public let index: Int

  public init(index: Int) { self.index = index }

  /// Years 1970 to 9999, months 1 to 12.
  public init?(year: Int, month: Int) {
    guard (1970...9999).contains(year), (1...12).contains(month) else { return nil }
    index = year * 12 + month - 1
  }

  /// Reads `YYYY-MM`, nothing else.
  public init?(_ text: some StringProtocol) { self.init(bytes: Array(text.utf8)[...]) }

  /// Reads `YYYY-MM`, nothing else.
  public init?(bytes: ArraySlice<UInt8>) { self.init(bytes: bytes.span) }

  /// Reads `YYYY-MM`, nothing else.
  public init?(bytes: Span<UInt8>) {
    guard bytes.count == 7, bytes[4] == UInt8(ascii: "-"),
      let year = decimal(bytes.extracting(0..<4)), let month = decimal(bytes.extracting(5..<7))
    else { return nil }
    self.init(year: year, month: month)
  }

  public var year: Int { index.floorDivided(by: 12) }
  /// 1 to 12.
  public var month: Int { index.modulo(12) + 1 }
  public var next: Month { Month(index: index + 1) }
  public var previous: Month { Month(index: index - 1) }

  /// Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil.
  public var firstDay: CivilDay {
    let marchYear = month <= 2 ? year - 1 : year
    let era = marchYear.floorDivided(by: 400)
    let yearOfEra = marchYear - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return CivilDay(index: era * 146_097 + dayOfEra - 719_468)
  }

  /// 28 to 31.
  public var dayCount: Int { next.firstDay.index - firstDay.index }

  public static func < (a: Month, b: Month) -> Bool { a.index < b.index }
}

extension Month: CustomStringConvertible {
  /// `YYYY-MM`
  public var description: String {
    let digits = String(year)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits + "-" + twoDigits(month)
  }
}
