/// What was counted in one hour of a day.
public struct HourValue: Hashable, Sendable {
  /// 0 to 23.
  public let hour: Int
  public let count: UInt64

  public init(hour: Int, count: UInt64) {
    self.hour = hour
    self.count = count
  }
}

/// A number for each hour of a day that has one, without memory of its own: an archive reads millions.
public struct HourNumbers: Sendable {
  /// Bit h: hour h has a number.
  public private(set) var hours: UInt32 = 0
  private var numbers = InlineArray<24, UInt64>(repeating: 0)

  public init() {}

  /// How many hours have a number.
  public var count: Int { hours.nonzeroBitCount }
  public var isEmpty: Bool { hours == 0 }

  /// The number of an hour, 0 to 23; nil where it has none.
  public subscript(hour: Int) -> UInt64? {
    get { hours >> UInt32(hour) & 1 == 0 ? nil : numbers[hour] }
    set {
      numbers[hour] = newValue ?? 0
      let bit: UInt32 = 1 << UInt32(hour)
      hours = newValue == nil ? hours & ~bit : hours | bit
    }
  }
}

extension HourNumbers: Sequence {
  /// In the order of the hours.
  public func makeIterator() -> AnyIterator<HourValue> {
    var rest = hours
    return AnyIterator {
      guard rest != 0 else { return nil }
      let hour = rest.trailingZeroBitCount
      rest &= rest - 1
      return HourValue(hour: hour, count: numbers[hour])
    }
  }
}

extension HourNumbers: Hashable {
  public static func == (a: HourNumbers, b: HourNumbers) -> Bool { a.elementsEqual(b) }

  public func hash(into hasher: inout Hasher) {
    for element in self { hasher.combine(element) }
  }
}
