internal import Rules
internal import Sketches

/// A day's sketch, read: what a row of `cpc_day` holds, or what Redis does.
///
/// Merge: union. Two values can be merged where they lie in one row, that is where kind, lg_k and seed
/// are the same.
enum DaySketchValue {
  case cpc(CPCSketch)
  case hll(HyperLogLog)

  /// Reads what Redis holds, or a row. Throws where not every byte is as a sketch writes it.
  init(_ bytes: [UInt8], _ kind: SketchKind) throws(SketchError) {
    switch kind {
    case .cpc: self = .cpc(try CPCSketch(serialized: bytes))
    case .hll: self = .hll(try HyperLogLog(redisValue: bytes))
    }
  }

  var lgK: Int {
    switch self {
    case .cpc(let sketch): sketch.lgK
    case .hll: 14
    }
  }

  /// What the hash of an item starts from; that of Redis stands in its source, `hyperloglog.c`.
  var seed: UInt64 {
    switch self {
    case .cpc(let sketch): sketch.seed
    case .hll: 0xADC8_3B19
    }
  }

  /// Nothing was added to it: it needs no row.
  var isEmpty: Bool {
    switch self {
    case .cpc(let sketch): sketch.isEmpty
    case .hll(let sketch): sketch.isEmpty
    }
  }

  /// The bytes to store: the same for the same content, but for the account that a CPC sketch keeps.
  var bytes: [UInt8] {
    switch self {
    case .cpc(let sketch): sketch.serialized()
    case .hll(let sketch): sketch.compactRedisValue
    }
  }

  /// About how many different items; not fewer than the second in 97 of 100 cases, nor more than the
  /// third.
  var numbers: [Double] {
    switch self {
    case .cpc(let sketch):
      [sketch.estimate, sketch.lowerBound(kappa: .two), sketch.upperBound(kappa: .two)]
    case .hll(let sketch):
      [Double(sketch.estimate), sketch.lowerBound(kappa: .two), sketch.upperBound(kappa: .two)]
    }
  }

  /// True where merging `other` would change nothing of what was set.
  func holds(_ other: DaySketchValue) throws(SketchError) -> Bool {
    switch (self, other) {
    case (.cpc(let one), .cpc(let another)): return try one.holds(another)
    case (.hll(let one), .hll(let another)): return one.merged(with: another) == one
    default: return false
    }
  }

  /// Everything that either has.
  func merged(with other: DaySketchValue) throws(SketchError) -> DaySketchValue {
    switch (self, other) {
    case (.cpc(let one), .cpc(let another)): return .cpc(try one.joined(with: another))
    case (.hll(let one), .hll(let another)): return .hll(one.merged(with: another))
    default: return self
    }
  }
}
