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

  /// Call once at the end.
  func finish(emptyPositions: [ShelfPlan.Position]) {
    observer.noted("shelf: \(upCount) up, \(downCount) down, \(changedCount) changed")
    for place in emptyPositions.prefix(ShelfNotes.warnedMax) {
      observer.warned(
        "style \(printable(place.system.utf8)) \(printable(place.position.utf8)) has no image left to "
          + "show")
    }
    if emptyPositions.count > ShelfNotes.warnedMax {
      observer.warned(
        "\(emptyPositions.count) styles have no image left; \(ShelfNotes.warnedMax) were named")
    }
  }

  private func name(_ what: String, _ code: Code, _ count: Int) {
    guard count <= ShelfNotes.namedMax else { return }
    observer.noted("\(what): \(printable(code.bytes))")
  }
}
