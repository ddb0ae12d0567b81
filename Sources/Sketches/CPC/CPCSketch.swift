/// A sketch of a set: it estimates how many different items it was given, in a few kilobytes.
///
/// Compressed Probability Counting, compatible byte by byte with Apache DataSketches
/// (<https://datasketches.apache.org/docs/CPC/CpcSketches.html>; K. J. Lang, arXiv 1708.06839). Its
/// relative error is 0.59 / sqrt(k), after a merge 0.69 / sqrt(k), with k = 2^lgK: 0.9 % and 1.1 % at
/// lg_k 12, in 2.5 kB.
///
/// It is a matrix of k rows and 64 columns of bits. An item's hash chooses a row, and a column c with
/// the probability 2^-(c+1), and sets that bit, a coupon. Kept is only where the matrix differs from
/// what one expects: first its few bits one by one, later a window of eight columns, a byte a row, with
/// ones expected before and zeros behind it, and the surprises that differ from that.
public struct CPCSketch: Sendable {
  /// The binary logarithm of the number of rows: 4 to 26.
  public let lgK: Int
  /// What the hash of an item starts from; only sketches of the same seed can be merged.
  public let seed: UInt64
  /// How many bits of the matrix are set. It only grows, and a merge that does not change it changed
  /// nothing.
  public internal(set) var couponCount = 0
  /// True where it came from a merge: then only the matrix says how many items there were.
  public internal(set) var isMerged = false

  /// The estimate, added up with every new coupon; stale where the sketch is merged.
  var runningEstimate = 0.0
  /// k times the probability that a new item sets a bit; stale where the sketch is merged.
  var openProbability: Double
  /// The first column of the window.
  var windowOffset = 0
  /// All columns before it are full, so that an item that falls there is known at once. It is raised
  /// only when the window moves, and is written with the sketch.
  var firstInterestingColumn = 0
  /// Columns `windowOffset` to `windowOffset + 7` of every row, the first in bit 0; empty at first.
  var window: [UInt8] = []
  /// Without a window: all coupons. With one: zeros before and ones behind it.
  var surprises: CouponSet
  /// With how many coupons the sketch gets its window or the window moves.
  var couponCountOfNextTurn: Int

  /// The seed that everybody takes who does not choose one.
  public static let defaultSeed: UInt64 = 9001

  /// Makes an empty sketch; it takes memory only as it fills.
  public init(lgK: Int, seed: UInt64 = defaultSeed) throws(SketchError) {
    guard (4...26).contains(lgK) else { throw .unusableLgK(lgK) }
    guard CPCSketch.hash(ofSeed: seed) != 0 else { throw .unusableSeed(seed) }
    self.init(validLgK: lgK, validSeed: seed)
  }

  /// The same, where both were checked before.
  init(validLgK lgK: Int, validSeed seed: UInt64) {
    self.lgK = lgK
    self.seed = seed
    openProbability = Double(1 << lgK)
    surprises = CouponSet(lgK: lgK)
    couponCountOfNextTurn = Flavor.couponCountForWindow(lgK: lgK)
  }

  public var isEmpty: Bool { couponCount == 0 }

  var flavor: Flavor { Flavor(couponCount: couponCount, lgK: lgK) }

  var hasWindow: Bool { !window.isEmpty }

  /// What an image says of its seed: the last 16 bits of the seed's own hash.
  static func hash(ofSeed seed: UInt64) -> UInt16 {
    UInt16(truncatingIfNeeded: MurmurHash3(of: seed, seed: 0).low)
  }
}
