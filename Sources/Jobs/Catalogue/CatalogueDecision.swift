internal import Rules

/// How items that are there, and items that are not, are dealt with.
public enum CatalogueMode: Equatable, Sendable {
  /// Each must be new.
  case add
  /// Each must be there; `isRestoring` brings back what was removed.
  case set(isRestoring: Bool)
  /// Whatever is needed: the rows of a file.
  case put
  /// A group that still has images goes only together with them.
  case remove(withImages: Bool)
}

/// What becomes of one item by one entry.
enum CatalogueDecision<Item: CatalogueItem> {
  case unchanged(Item)
  case write(Item, was: Item?)
  case rejected(String)

  /// What has to be written for it.
  var written: Item? { if case .write(let item, _) = self { item } else { nil } }

  /// - Parameter blank: the item as it is before anything is said of it.
  init(
    _ entry: CatalogueEntry, held: Item?, blank: Item, mode: CatalogueMode, clock: LocalClock
  ) {
    do throws(CatalogueFault) {
      switch mode {
      case .remove: self = CatalogueDecision.removing(held)
      case .set(let isRestoring):
        self = try CatalogueDecision.setting(entry, held, isRestoring, clock)
      case .add where held.map { !$0.isRemoved } ?? false: self = .rejected("is there already")
      case .add, .put: self = try CatalogueDecision.putting(entry, held, blank, clock)
      }
    } catch {
      self = .rejected("\(error)")
    }
  }

  private static func removing(_ held: Item?) -> CatalogueDecision {
    guard var item = held else { return .rejected("is not in the catalogue") }
    if item.isRemoved { return .unchanged(item) }
    item.isRemoved = true
    return .write(item, was: held)
  }

  private static func setting(
    _ entry: CatalogueEntry, _ held: Item?, _ isRestoring: Bool, _ clock: LocalClock
  ) throws(CatalogueFault) -> CatalogueDecision {
    guard var item = held else { return .rejected("is not in the catalogue") }
    guard !item.isRemoved || isRestoring else {
      return .rejected("was removed; --restore brings it back")
    }
    item.isRemoved = false
    item = try entry.applied(to: item, clock: clock)
    return item == held ? .unchanged(item) : .write(item, was: held)
  }

  /// A code, and the name of a group, is never given a second time: what was counted under it would
  /// get a new owner. A style has no past and simply comes back.
  private static func putting(
    _ entry: CatalogueEntry, _ held: Item?, _ blank: Item, _ clock: LocalClock
  ) throws(CatalogueFault) -> CatalogueDecision {
    if let held, !held.isRemoved {
      let item = try entry.applied(to: held, clock: clock)
      return item == held ? .unchanged(item) : .write(item, was: held)
    }
    if entry.isRemoving { return .unchanged(held ?? blank) }
    let item = try entry.applied(to: blank, clock: clock)
    if held != nil, Item.kind != .style {
      return .rejected(
        "was removed and is never given a second time; "
          + "`tally adstat \(Item.kind.rawValue) set --restore` brings it back")
    }
    return .write(item, was: held)
  }
}
