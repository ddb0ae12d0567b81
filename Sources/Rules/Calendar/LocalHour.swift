/// One hour of one local day, as a clock on the wall names it: what a count is booked under.
///
/// On a day of 25 hours one name covers two hours; on a day of 23 one name is missing.
public struct LocalHour: Hashable, Comparable, Sendable {
  public let day: CivilDay
  /// 0 to 23.
  public let hour: Int

  public init?(day: CivilDay, hour: Int) {
    guard (0...23).contains(hour) else { return nil }
    self.day = day
    self.hour = hour
  }

  /// Reads `YYYY-MM-DDTHH`, nothing else.
  public init?(_ text: some StringProtocol) {
    let bytes = Array(text.utf8)[...]
    guard bytes.count == 13, bytes[10] == UInt8(ascii: "T"),
      let day = CivilDay(bytes: bytes.prefix(10)), let hour = decimal(bytes.suffix(2))
    else { return nil }
    self.init(day: day, hour: hour)
  }

  public static func < (a: LocalHour, b: LocalHour) -> Bool {
    (a.day, a.hour) < (b.day, b.hour)
  }
}

extension LocalHour: CustomStringConvertible {
  /// `YYYY-MM-DDTHH`
  public var description: String { "\(day)T\(twoDigits(hour))" }
}
