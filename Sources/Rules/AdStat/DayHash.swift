/// One image, one metric, one local day: what a day hash in Redis holds.
///
/// Shape: Redis hash, field `0` to `23` -> count, field `lineage` -> which life of Redis counted it.
/// Every value has exactly one spelling, so that what was read can be compared with the hash byte by
/// byte before it is deleted.
public struct DayHash: Hashable, Sendable {
  /// What was counted in one hour of the day.
  public struct HourValue: Hashable, Sendable {
    /// 0 to 23.
    public let hour: Int
    public let count: UInt64
  }

  public static let lineageField = Array("lineage".utf8)
  /// 24 hours and the lineage.
  public static let fieldCountMax = 25

  public let code: Code
  public let metric: Metric
  public let day: CivilDay
  public let lineage: Lineage
  /// In the order of the hours, each at most once.
  public let hours: [HourValue]
}

/// Why a day hash cannot be archived.
public enum DayHashFault: Error, Equatable, Sendable, CustomStringConvertible {
  case noLineage
  case unknownField([UInt8])
  case noCount(hour: Int, value: [UInt8])

  public var description: String {
    switch self {
    case .noLineage: "has no lineage"
    case .unknownField(let name): "has a field '\(printable(name.prefix(40)))', which is no hour"
    case .noCount(let hour, let value):
      "has '\(printable(value.prefix(40)))' in hour \(hour), which is no count"
    }
  }
}

extension DayHash {
  /// Reads the fields of a hash, in any order; each name comes once, as Redis guarantees.
  public init(
    code: Code, metric: Metric, day: CivilDay, fields: [(name: [UInt8], value: [UInt8])]
  ) throws(DayHashFault) {
    var lineage: Lineage?
    var hours: [HourValue] = []
    for (name, value) in fields {
      if name == DayHash.lineageField {
        lineage = Lineage(value)
        continue
      }
      guard let hour = CounterValue.read(name), hour <= 23 else { throw .unknownField(name) }
      guard let count = CounterValue.readSum(value) else {
        throw .noCount(hour: Int(hour), value: value)
      }
      hours.append(HourValue(hour: Int(hour), count: count))
    }
    guard let lineage else { throw .noLineage }
    self.code = code
    self.metric = metric
    self.day = day
    self.lineage = lineage
    self.hours = hours.sorted { $0.hour < $1.hour }
  }

  /// The fields as they stand in Redis.
  public var fields: [(name: [UInt8], value: [UInt8])] {
    var fields = hours.map { (name: Array("\($0.hour)".utf8), value: Array("\($0.count)".utf8)) }
    fields.append((DayHash.lineageField, Array("\(lineage)".utf8)))
    return fields
  }
}
