/// What counts different items in little memory.
public enum SketchKind: String, CaseIterable, Comparable, Sendable {
  /// A CPC sketch, written by `tally cpc`.
  case cpc
  /// A HyperLogLog of Redis, written by the live service.
  case hll

  /// In the order in which the table's column lists them.
  public static func < (a: SketchKind, b: SketchKind) -> Bool { a == .cpc && b == .hll }
}

/// Which sketch of which local day.
///
/// A `cpc` has a name of its own, an `hll` the code of an image. Both are 1 to 128 bytes, kept exactly.
public struct DaySketchName: Hashable, Comparable, Sendable {
  public let day: CivilDay
  public let kind: SketchKind
  public let name: Code

  public init(day: CivilDay, kind: SketchKind, name: Code) {
    self.day = day
    self.kind = kind
    self.name = name
  }

  /// In the order of the table's primary key.
  public static func < (a: DaySketchName, b: DaySketchName) -> Bool {
    if a.day != b.day { return a.day < b.day }
    return a.kind != b.kind ? a.kind < b.kind : a.name < b.name
  }
}

/// A day's sketch as Redis holds it: bytes that may or may not be a sketch.
///
/// Merge: union. What an item set in a sketch stays set, so repeating a merge changes nothing.
public struct DaySketch: Equatable, Sendable {
  public let name: DaySketchName
  /// Exactly as they were read; only while Redis still holds them so may they be forgotten.
  public let bytes: [UInt8]

  public init(name: DaySketchName, bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
  }
}
