internal import RedisStore
internal import Rules

/// One image: what Redis should hold of it, what it does, and what follows.
struct ShelfView {
  let wish: ShelfWish
  /// Where it may be shown; empty where it is not due.
  let places: ShelfPlaces
  /// What was found under its code.
  let held: HeldSetting
  /// The numbers of the systems whose shelf holds something of it.
  let shelves: [Int]
  let step: ShelfStep

  var code: Code { wish.code }
  var isDue: Bool { wish.setting != nil }
  var isRefused: Bool { if case .refuse = step { true } else { false } }

  /// Also what is refused is taken off the shelves.
  var needsWriting: Bool {
    switch step {
    case .leave: false
    case .refuse: !shelves.isEmpty
    case .refresh, .putUp, .change, .takeDown: true
    }
  }

  /// What became of it. What was wrong `before` and is right now was put right by our own message, whose
  /// reply was lost, or by another run at the same moment; which of them cannot be told.
  func stepTaken(since before: ShelfView) -> ShelfStep {
    step == .leave && isDue == before.isDue && !before.isRefused ? before.step : step
  }
}

/// What was looked at together: images in Redis, and then the same ones in the catalogue.
///
/// In this order, because what is read of the catalogue after Redis is newer than whatever another run
/// could have written there before.
struct ShelfLook {
  let codes: [Code]
  let sight: ShelfSight
  /// Codes that the catalogue does not have are never due.
  let images: [Code: CatalogueImage]
  /// The styles that name one of them.
  let styles: [Code: [CatalogueStyle]]
  /// By Redis' clock, before the look.
  let now: Int

  func isDue(_ code: Code) -> Bool { images[code]?.dueSpan.contains(now) ?? false }

  /// What follows for each of them, by the styles of the groups that `plan` knows.
  func views(_ plan: ShelfPlan, systems: [String]) -> [ShelfView] {
    codes.indices.map { view(at: $0, plan, systems) }
  }

  private func view(at place: Int, _ plan: ShelfPlan, _ systems: [String]) -> ShelfView {
    let (wish, places) = wish(for: codes[place], plan)
    var shelves: [Int] = []
    var isInPlace = true
    for (system, field) in zip(systems.indices, sight.fields(at: place)) {
      guard let field else { continue }
      if field != .nothing { shelves.append(system) }
      let should: ShelfField = wish.systems.contains(systems[system]) ? .setting : .nothing
      isInPlace = isInPlace && field == should
    }
    return ShelfView(
      wish: wish, places: places, held: sight.held[place], shelves: shelves,
      step: ShelfRule.step(from: sight.held[place], to: wish, isInPlace: isInPlace))
  }

  private func wish(for code: Code, _ plan: ShelfPlan) -> (ShelfWish, ShelfPlaces) {
    guard let image = images[code], image.dueSpan.contains(now) else {
      let span = images[code]?.dueSpan ?? 0..<0
      return (ShelfWish(code: code, dueSpan: span, setting: nil, systems: []), [:])
    }
    let places = plan.places(of: image, styles: styles[code] ?? [])
    let wish = ShelfWish(
      code: code, dueSpan: image.dueSpan, setting: ShelfJSON.text(of: image, at: places),
      systems: Set(places.keys))
    return (wish, places)
  }
}
