/// One image, one metric, one local day: what a day hash in Redis holds.
///
/// Shape: Redis hash, field `0` to `23` -> count, field `lineage` -> which life of Redis counted it.
/// Every value has exactly one spelling, so that what was read can be compared with the hash byte by
/// byte before it is deleted.
public struct DayHash: Hashable, Sendable {
  public static let lineageField = Array("lineage".utf8)
  /// 24 hours and the lineage.
  public static let fieldCountMax = 25

  public let code: Code
  public let metric: Metric
  public let day: CivilDay
  public let lineage: Lineage
  /// What was counted in each hour.
  public let hours: HourNumbers
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
  /// Takes the fields of one hash, in any order; each name comes once, as Redis guarantees.
  public struct Reader {
    private var lineage: Lineage?
    private var hours = HourNumbers()

    public init() {}

    public mutating func take(
      _ name: Span<UInt8>, _ value: Span<UInt8>
    ) throws(DayHashFault) {
      guard let hour = CounterValue.canonical(name, digitsMax: 2), hour <= 23 else {
        guard DayHash.lineageField.isEqual(to: name) else { throw .unknownField(Array(name)) }
        lineage = Lineage(value)
        return
      }
      guard let count = CounterValue.readSum(value) else {
        throw .noCount(hour: Int(hour), value: Array(value))
      }
      hours[Int(hour)] = count
    }

    public consuming func hash(
      code: Code, metric: Metric, day: CivilDay
    ) throws(DayHashFault) -> DayHash {
      guard let lineage else { throw .noLineage }
      return DayHash(code: code, metric: metric, day: day, lineage: lineage, hours: hours)
    }
  }

  /// As a `Reader` that is given all fields.
  public init(
    code: Code, metric: Metric, day: CivilDay, fields: [(name: [UInt8], value: [UInt8])]
  ) throws(DayHashFault) {
    var reader = Reader()
    for (name, value) in fields { try reader.take(name.span, value.span) }
    self = try reader.hash(code: code, metric: metric, day: day)
  }

  /// The fields as they stand in Redis.
  public var fields: [(name: [UInt8], value: [UInt8])] {
    var fields = hours.map { (name: Array("\($0.hour)".utf8), value: Array("\($0.count)".utf8)) }
    fields.append((DayHash.lineageField, Array("\(lineage)".utf8)))
    return fields
  }
}
