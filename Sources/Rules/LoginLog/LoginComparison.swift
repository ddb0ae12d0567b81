/// Compares a stretch of a run with what `login_month` holds of it, in one pass over both.
///
/// Feed it the rows of the stretch's group in ascending order of their ids (rows that the run does not
/// have are passed over), then finish it.
public struct LoginComparison {
  private let stretch: LoginRun
  private var position: Int
  /// The bitmaps of the run that the table has no row for, or one that holds other days; in order.
  public private(set) var differing: [Difference] = []

  /// A bitmap of the run that is not what the table holds.
  public struct Difference: Equatable, Sendable {
    /// Which one.
    public let index: Int
    /// What the table holds; nothing where it has no row.
    public let held: LoginDays
  }

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
      note(position, holding: order == .same ? held : LoginDays(bits: 0))
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
      note(position, holding: LoginDays(bits: 0))
      position += 1
    }
  }

  /// Which bitmaps the table has no row for, or a row that lacks days; in order.
  public var lacking: [Int] {
    differing.lazy.filter { !$0.held.holds(stretch.days($0.index)) }.map(\.index)
  }

  /// A bitmap without a day needs no row.
  private mutating func note(_ index: Int, holding held: LoginDays) {
    if held != stretch.days(index) { differing.append(Difference(index: index, held: held)) }
  }
}
