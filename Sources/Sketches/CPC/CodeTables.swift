import Glibc

/// The codes of a sketch's image. They are not copied from anywhere: each is the best code for the
/// bits that a matrix with a certain number of coupons has, and the best code is found anew.
enum CodeTables {
  /// For the eight bits that a row has in the window: 0...15 by the phase of a window that moves,
  /// 16...21 before it moves.
  static let window: [PrefixCode] =
    steadyLoads.map { windowCode(of: $0, offset: $0.windowOffset) }
    + (0..<6).map { windowCode(of: Load(couponsPerRow: Double(2 * $0 + 3) / 6), offset: 0) }

  /// For the columns between two surprises of a row.
  static let columnStep = PrefixCode(
    probabilities: (1...64).map { probability(power: $0) } + [probability(power: 64)])

  /// For each phase the order in which the columns are written: 56 of them, seen from behind the
  /// window round to before it; the likelier a surprise, the lower its number.
  static let columnOrder: [[UInt8]] = steadyLoads.map { load in
    let y = load.itemsPerRow * probability(power: load.windowOffset)
    let surprise = (0..<56).map { column in
      column < 52
        ? -expm1(-y * probability(power: 9 + column))
        : exp(-y / probability(power: 55 - column))
    }
    var ranks = [UInt8](repeating: 0, count: 56)
    let falling = surprise.indices.sorted { (-surprise[$0], $0) < (-surprise[$1], $1) }
    for (rank, column) in falling.enumerated() { ranks[column] = UInt8(rank) }
    return ranks
  }

  /// For each phase the columns in that order.
  static let orderedColumns: [[UInt8]] = columnOrder.map { ranks in
    var columns = [UInt8](repeating: 0, count: ranks.count)
    for (column, rank) in ranks.enumerated() { columns[Int(rank)] = UInt8(column) }
    return columns
  }

  /// In the middle of each phase; with some 20 coupons a row the phases repeat themselves.
  private static let steadyLoads = (0..<16).map { phase in
    Load(couponsPerRow: 20 + (Double(phase) + 0.5) / 16)
  }

  private static func windowCode(of load: Load, offset: Int) -> PrefixCode {
    let ones = (0..<8).map { bit in
      -expm1(-load.itemsPerRow * probability(power: offset + bit + 1))
    }
    return PrefixCode(
      probabilities: (0..<256).map { (byte: Int) -> Double in
        var product = 1.0
        for bit in 0..<8 { product *= byte >> bit & 1 == 1 ? ones[bit] : 1 - ones[bit] }
        return product
      })
  }
}

/// How full a matrix is.
private struct Load {
  /// The expected number of bits in a row.
  let couponsPerRow: Double
  /// How many items must have been seen for that, on each row.
  let itemsPerRow: Double

  init(couponsPerRow: Double) {
    self.couponsPerRow = couponsPerRow
    // Coupons only grow with the items, and ever more slowly: Newton's steps from below never pass the
    // solution. Tables differ only where it is wrong by a part in ten thousand.
    var items = couponsPerRow
    while true {
      var (missing, growth) = (couponsPerRow, 0.0)
      for column in 1...120 {
        let share = probability(power: column)
        let set = -expm1(-items * share)
        missing -= set
        growth += share * (1 - set)
      }
      guard missing / growth > items * 1e-13 else { break }
      items += missing / growth
    }
    itemsPerRow = items
  }

  var windowOffset: Int { Int(couponsPerRow - 19 / 8) }
}

private func probability(power: Int) -> Double { scalbn(1, CInt(-power)) }
