/// How full a sketch is, which decides how it is kept and written. It follows from the number of
/// coupons C and the number of rows k alone.
enum Flavor: Equatable, Sendable {
  /// No coupon.
  case empty
  /// Coupons one by one.
  case sparse
  /// Kept with a window, written coupon by coupon.
  case hybrid
  /// A window over the first eight columns.
  case pinned
  /// A window that has begun to move.
  case sliding

  init(couponCount: Int, lgK: Int) {
    let k = 1 << lgK
    switch couponCount {
    case 0: self = .empty
    case _ where 32 * couponCount < 3 * k: self = .sparse
    case _ where 2 * couponCount < k: self = .hybrid
    case _ where 8 * couponCount < 27 * k: self = .pinned
    default: self = .sliding
    }
  }

  /// Where the window of a sketch stands: its first column.
  static func windowOffset(couponCount: Int, lgK: Int) -> Int {
    let k = 1 << lgK
    // Behind column 56 there is no room for a window; no stream of items ever comes there.
    return min(56, max(0, 8 * couponCount - 19 * k) >> (lgK + 3))
  }

  /// With how many coupons the window behind `offset` begins to move.
  static func couponCountToMove(from offset: Int, lgK: Int) -> Int {
    // 27k is a multiple of 8, because k is at least 16.
    offset < 56 ? ((27 + 8 * offset) << lgK) / 8 : Int.max
  }

  /// With how many coupons a sketch gets a window.
  static func couponCountForWindow(lgK: Int) -> Int { ((3 << lgK) + 31) / 32 }
}

/// Which of the code tables a sketch is written with.
enum PhaseRule: CaseIterable, Sendable {
  /// With exact integers, as it is meant, and as tally writes.
  case exact
  /// With integers that overflow at 32 bits, as the C++ library (5.2.0) does it, and Python with it:
  /// from lg_k 18 on it sometimes takes another table. Such images are read all the same.
  case wrapping

  /// 0...15 where the window may stand anywhere, 16...21 before that.
  func phase(couponCount: Int, lgK: Int) -> Int {
    func isBelow(_ factor: Int, _ numerator: Int) -> Bool {
      let (left, right) = (factor * couponCount, numerator << lgK)
      return switch self {
      case .exact: left < right
      case .wrapping: UInt32(truncatingIfNeeded: left) < UInt32(truncatingIfNeeded: right)
      }
    }
    guard isBelow(1000, 2375) else { return couponCount >> (lgK - 4) & 15 }
    let steps = [(4, 3), (10, 11), (100, 132), (3, 5), (1000, 1965), (1000, 2275)]
    return steps.firstIndex { isBelow($0.0, $0.1) }.map { 16 + $0 } ?? 6
  }
}
