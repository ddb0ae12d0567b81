/// Why there is no sketch.
public enum SketchError: Error, Equatable, Sendable {
  /// lg_k is not between 4 and 26.
  case unusableLgK(Int)
  /// The seed's hash is zero, which other implementations refuse.
  case unusableSeed(UInt64)
  /// The sketch was made with another seed, so that nothing can be compared.
  case differentSeed(expectedHash: UInt16, foundHash: UInt16)
  /// The bytes begin like no sketch of this kind.
  case unknownFormat
  /// There are not as many bytes as the header says, or as the kind of sketch has.
  case wrongLength(expected: Int, found: Int)
  /// What the header says contradicts itself.
  case contradiction(Field)
  /// The part behind the header cannot have been written by a sketch.
  case corrupt(Part)

  /// What of a header is wrong.
  public enum Field: String, Sendable {
    case preambleLength = "preamble length"
    case flags
    case firstInterestingColumn = "first interesting column"
    case couponCount = "number of coupons"
    case pairCount = "number of pairs"
    case estimate = "running estimate"
    case reserved = "reserved bytes"
  }

  /// What behind a header is wrong.
  public enum Part: String, Sendable {
    case pairs, window, registers
  }
}

extension SketchError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unusableLgK(let lgK): "lg_k is \(lgK), not between 4 and 26"
    case .unusableSeed(let seed): "the seed \(seed) has the hash 0; take another"
    case .differentSeed(let expected, let found):
      "the sketch has another seed: its hash is \(found), not \(expected)"
    case .unknownFormat: "no sketch of this kind"
    case .wrongLength(let expected, let found): "the sketch has \(found) bytes, not \(expected)"
    case .contradiction(let field): "the sketch is damaged: its \(field.rawValue) cannot be right"
    case .corrupt(let part): "the sketch is damaged: its \(part.rawValue) cannot be read"
    }
  }
}
