/// Compares a stretch of a run with what `login_month` holds of it, in one pass over both.
///
/// Feed it the rows of the stretch's group in ascending order of their ids (rows that the run does not
/// have are passed over), then finish it.
public struct LoginComparison {
  private let stretch: LoginRun
  private var position: Int
  /// Which bitmaps of the run the table has no row for, or a row that lacks days; in order.
  public private(set) var lacking: [Int] = []

  /// `stretch` is one of the run's `stretches`.
  public init(_ stretch: LoginRun) {
    self.stretch = stretch
    position = stretch.startIndex
  }

  /// What no row was met for yet, and none with a greater id.
  public var rest: Range<Int> { position..<stretch.endIndex }

  /// The next row of the table.
  public mutating func meet(_ id: Span<UInt8>, holding held: LoginDays) {
    while position < stretch.endIndex {
      let order = order(of: id)
      guard order != .before else { return }
      if order == .behind || !held.holds(stretch.days(position)) { note(position) }
      position += 1
      if order == .same { return }
    }
  }

  private enum Order { case before, same, behind }

  /// Where an id lies, seen from that of the bitmap under way.
  private func order(of id: Span<UInt8>) -> Order {
    let own = stretch.ids.span.extracting(stretch.idRange(position))
    if id.precedes(own) { return .before }
    return id.isEqual(to: own) ? .same : .behind
  }

  /// Call once after the last row: what is left of the stretch is missing.
  public mutating func finish() {
    while position < stretch.endIndex {
      note(position)
      position += 1
    }
  }

  /// A bitmap without a day needs no row.
  private mutating func note(_ index: Int) {
    if !stretch.days(index).isEmpty { lacking.append(index) }
  }
}
