internal import Rules

/// Says which images went up, came down and were changed, and which positions show nothing.
struct ShelfNotes {
  /// Of each kind; all of them are counted.
  static let namedMax = 100
  static let warnedMax = 10

  private let observer: any JobObserver
  private var upCount = 0
  private var downCount = 0
  private var changedCount = 0

  init(_ observer: any JobObserver) { self.observer = observer }

  mutating func up(_ code: Code) {
    upCount += 1
    name("up", code, upCount)
  }

  mutating func down(_ code: Code) {
    downCount += 1
    name("down", code, downCount)
  }

  mutating func changed(_ code: Code) {
    changedCount += 1
    name("changed", code, changedCount)
  }

  /// Call once at the end. Of the positions that show nothing, those that were `said` before are only
  /// noted.
  func finish(emptyPositions: [ShelfPlan.Position], said: Set<ShelfPlan.Position>) {
    observer.noted("shelf: \(upCount) up, \(downCount) down, \(changedCount) changed")
    for place in emptyPositions where said.contains(place) { observer.noted(text(place)) }
    let unsaid = emptyPositions.filter { !said.contains($0) }
    for place in unsaid.prefix(ShelfNotes.warnedMax) { observer.warned(text(place)) }
    if unsaid.count > ShelfNotes.warnedMax {
      observer.warned(
        "\(unsaid.count) styles have no image left; \(ShelfNotes.warnedMax) were named")
    }
  }

  private func text(_ place: ShelfPlan.Position) -> String {
    let style = "\(printable(place.system.utf8)) \(printable(place.position.utf8))"
    return "style \(style) has no image left to show"
  }

  private func name(_ what: String, _ code: Code, _ count: Int) {
    guard count <= ShelfNotes.namedMax else { return }
    observer.noted("\(what): \(printable(code.bytes))")
  }
}
