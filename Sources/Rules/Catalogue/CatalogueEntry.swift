/// What was entered of one item, by a command's options or a line of a file: texts, not yet looked at.
public struct CatalogueEntry: Equatable, Sendable {
  public var kind: CatalogueKind
  public var texts: [CatalogueField: String]

  public init(_ kind: CatalogueKind, _ texts: [CatalogueField: String]) {
    self.kind = kind
    self.texts = texts
  }

  /// Whether it says that the item shall be removed.
  public var isRemoving: Bool { (try? yesOrNo(texts[.removed] ?? "")) ?? false }

  /// The name of the group that it is.
  public func groupName() throws(CatalogueFault) -> String {
    try CatalogueField.group.name(texts[.group])
  }

  /// The code of the image that it is.
  public func code() throws(CatalogueFault) -> Code {
    try CatalogueEntry.code(texts[.code])
  }

  /// Which style it is.
  public func styleKey() throws(CatalogueFault) -> CatalogueStyle.Key {
    let group = texts[.group] ?? ""
    let code = texts[.code] ?? ""
    guard group.isEmpty != code.isEmpty else {
      throw group.isEmpty ? .missing(.code) : .twoTargets
    }
    return CatalogueStyle.Key(
      system: try CatalogueField.system.name(texts[.system]),
      position: try CatalogueField.position.name(texts[.position]),
      target: code.isEmpty
        ? .group(try CatalogueField.group.name(group)) : .image(try CatalogueEntry.code(code)))
  }

  /// What becomes of `item` by what was entered. What was not, is left as it is.
  public func applied<Item: CatalogueItem>(
    to item: Item, clock: LocalClock
  ) throws(CatalogueFault) -> Item {
    var changed = item
    for field in CatalogueField.allCases {
      guard let text = texts[field] else { continue }
      // A file has the columns of all kinds; those of the others are empty.
      guard Item.fields.contains(field) else {
        if text.isEmpty { continue }
        throw .notOf(Item.kind, field)
      }
      try changed.set(field, to: text, clock: clock)
    }
    try changed.check()
    return changed
  }

  private static func code(_ text: String?) throws(CatalogueFault) -> Code {
    guard let text, !text.isEmpty else { throw .missing(.code) }
    guard let code = Code(Array(text.utf8)),
      !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
    else { throw .noCode }
    return code
  }
}

/// One property that an edit changes: `weight 1 -> 2`.
public func differences<Item: CatalogueItem>(
  from old: Item, to new: Item, clock: LocalClock
) -> [String] {
  Item.fields.compactMap { field in
    let (before, after) = (old.text(of: field, clock: clock), new.text(of: field, clock: clock))
    guard before != after else { return nil }
    return "\(field.rawValue) '\(printable(before.utf8))' -> '\(printable(after.utf8))'"
  }
}
