internal import MySQLClient
internal import MySQLStore
internal import RedisStore
public import Rules

/// One entry and where it was read.
struct PlacedEntry {
  let entry: CatalogueEntry
  /// Such as `line 7`; nil where it came from a command's options.
  var place: String?
}

/// Edits the catalogue: a batch of entries of one kind in one transaction, which reads what is there,
/// decides, and writes. What is refused is named and stops nothing else.
public struct CatalogueEdit {
  private let context: CatalogueContext
  private let mode: CatalogueMode
  private let database: MySQLDatabase
  private let groups: AdGroup
  private let images: AdImage
  private let styles: AdStyle
  private let told: (String) throws -> Void
  /// What a dry run would have added, for what names it later.
  private var added: Set<StyleTarget> = []

  /// Edits by the options of one command. `told` is handed each difference as a line.
  public static func run(
    _ name: String, _ entries: [CatalogueEntry], mode: CatalogueMode, in context: CatalogueContext,
    told: (String) throws -> Void
  ) -> JobOutcome {
    context.run(name) { report in
      try withoutActuallyEscaping(told) { told in
        var edit = try CatalogueEdit(mode: mode, in: context, told: told)
        try edit.apply(entries.map { PlacedEntry(entry: $0) }, &report)
      }
    }
  }

  init(
    mode: CatalogueMode, in context: CatalogueContext, told: @escaping (String) throws -> Void
  ) throws {
    self.context = context
    self.mode = mode
    self.told = told
    database = try context.database(isReading: false)
    groups = AdGroup(database)
    images = AdImage(database)
    styles = AdStyle(database)
  }

  /// Entries of one kind.
  mutating func apply(_ entries: [PlacedEntry], _ report: inout RunReport) throws {
    report.found += entries.count
    switch entries.first?.entry.kind {
    case nil: return
    case .group?: try applyToGroups(entries, &report)
    case .image?: try applyToImages(entries, &report)
    case .style?: try applyToStyles(entries, &report)
    }
  }

  // MARK: Groups

  private mutating func applyToGroups(
    _ entries: [PlacedEntry], _ report: inout RunReport
  ) throws {
    let keyed = keyed(entries, &report) { (entry) throws(CatalogueFault) in
      try entry.groupName()
    }
    typealias Decided = (decision: CatalogueDecision<CatalogueGroup>, images: [CatalogueImage])
    let decided = try database.transaction("edit ad_group") { connection in
      let held = try groups.rows(of: keyed.map(\.key), on: connection)
      var decided: [Decided] = []
      for (placed, name) in keyed {
        let row = held[name]
        let decision = CatalogueDecision(
          placed.entry, held: row?.group, blank: CatalogueGroup(name: name), mode: mode,
          clock: context.clock)
        guard decision.written?.isRemoved == true, let id = row?.id else {
          decided.append((decision, []))
          continue
        }
        decided.append(
          removing(decision, with: try images.rows(ofGroup: id, on: connection)))
      }
      if !context.isDryRun {
        try groups.write(decided.compactMap(\.decision.written), on: connection)
        try images.write(
          decided.flatMap(\.images), groups: held.mapValues(\.id), on: connection)
      }
      return decided
    }
    for ((placed, name), (decision, images)) in zip(keyed, decided) {
      if decision.written != nil { added.insert(.group(name)) }
      try account(for: decision, placed, CatalogueGroup(name: name).title, &report)
      for image in images {
        report.changed += 1
        try told("- \(image.title)")
      }
    }
  }

  /// A group goes alone, or with its images, or not at all.
  private func removing(
    _ decision: CatalogueDecision<CatalogueGroup>, with images: [CatalogueImage]
  ) -> (CatalogueDecision<CatalogueGroup>, [CatalogueImage]) {
    guard !images.isEmpty else { return (decision, []) }
    guard mode == .remove(withImages: true) else {
      return (
        .rejected(
          "still has \(images.count) \(images.count == 1 ? "image" : "images"); "
            + "`tally adstat group remove --with-images` removes them as well"), []
      )
    }
    let removed = images.map { image in
      var image = image
      image.isRemoved = true
      return image
    }
    return (decision, removed)
  }

  // MARK: Images

  private mutating func applyToImages(
    _ entries: [PlacedEntry], _ report: inout RunReport
  ) throws {
    let keyed = keyed(entries, &report) { (entry) throws(CatalogueFault) in try entry.code() }
    let decisions = try database.transaction("edit ad_image") { connection in
      let held = try images.rows(of: keyed.map(\.key), on: connection)
      let entered = keyed.compactMap { $0.placed.entry.texts[.group] }
      let names = entered + held.values.compactMap(\.group)
      let known = try groups.rows(of: Array(Set(names)), on: connection)
      let decisions = keyed.map { placed, code in
        decision(on: placed.entry, code, held: held[code], groups: known.mapValues(\.group))
      }
      if !context.isDryRun {
        try images.write(
          decisions.compactMap(\.written), groups: known.mapValues(\.id), on: connection)
      }
      return decisions
    }
    for ((placed, code), decision) in zip(keyed, decisions) {
      if decision.written != nil { added.insert(.image(code)) }
      try account(for: decision, placed, CatalogueImage(code: code).title, &report)
    }
  }

  private func decision(
    on entry: CatalogueEntry, _ code: Code, held: CatalogueImage?,
    groups: [String: CatalogueGroup]
  ) -> CatalogueDecision<CatalogueImage> {
    if held == nil, mode == .add || mode == .put, let fault = AdStatKeys.settingFault(of: code) {
      return .rejected(fault)
    }
    let decision = CatalogueDecision(
      entry, held: held, blank: CatalogueImage(code: code), mode: mode, clock: context.clock)
    guard let image = decision.written, !image.isRemoved, let group = image.group else {
      return decision
    }
    // One that was there before stays, whatever became of its group.
    return group == held?.group || isKnown(group, groups)
      ? decision : .rejected("names the group \(printable(group.utf8)), which is not there")
  }

  private func isKnown(_ name: String, _ groups: [String: CatalogueGroup]) -> Bool {
    if let group = groups[name] { return !group.isRemoved }
    return context.isDryRun && added.contains(.group(name))
  }

  // MARK: Styles

  private mutating func applyToStyles(
    _ entries: [PlacedEntry], _ report: inout RunReport
  ) throws {
    let keyed = keyed(entries, &report) { (entry) throws(CatalogueFault) in
      try entry.styleKey()
    }
    let decisions = try database.transaction("edit ad_style") { connection in
      var (codes, names): ([Code], [String]) = ([], [])
      for (_, key) in keyed {
        switch key.target {
        case .image(let code): codes.append(code)
        case .group(let name): names.append(name)
        }
      }
      let knownImages = try images.rows(of: codes, on: connection)
      let known = try groups.rows(of: Array(Set(names)), on: connection)
      let ids = known.mapValues(\.id)
      let held = try styles.rows(of: keyed.map(\.key), groups: ids, on: connection)
      let decisions = keyed.map { placed, key in
        decision(
          on: placed.entry, key, held: held[key], images: knownImages,
          groups: known.mapValues(\.group))
      }
      if !context.isDryRun {
        try styles.write(decisions.compactMap(\.written), groups: ids, on: connection)
      }
      return decisions
    }
    for ((placed, key), decision) in zip(keyed, decisions) {
      try account(for: decision, placed, CatalogueStyle(key: key).title, &report)
    }
  }

  private func decision(
    on entry: CatalogueEntry, _ key: CatalogueStyle.Key, held: CatalogueStyle?,
    images: [Code: CatalogueImage], groups: [String: CatalogueGroup]
  ) -> CatalogueDecision<CatalogueStyle> {
    let decision = CatalogueDecision(
      entry, held: held, blank: CatalogueStyle(key: key), mode: mode, clock: context.clock)
    guard let style = decision.written, !style.isRemoved else { return decision }
    switch key.target {
    case .image(let code):
      let isNew = context.isDryRun && added.contains(key.target)
      let isKnown = images[code].map { !$0.isRemoved } ?? isNew
      return isKnown ? decision : .rejected("names an image that is not there")
    case .group(let name):
      return isKnown(name, groups) ? decision : .rejected("names a group that is not there")
    }
  }

  // MARK: Accounting

  /// Each entry with what names its item; those that name none are refused.
  private func keyed<Key>(
    _ entries: [PlacedEntry], _ report: inout RunReport,
    _ key: (CatalogueEntry) throws(CatalogueFault) -> Key
  ) -> [(placed: PlacedEntry, key: Key)] {
    var keyed: [(placed: PlacedEntry, key: Key)] = []
    for placed in entries {
      do throws(CatalogueFault) {
        keyed.append((placed, try key(placed.entry)))
      } catch {
        reject(placed, placed.entry.kind.rawValue, "\(error)", &report)
      }
    }
    return keyed
  }

  private func account<Item: CatalogueItem>(
    for decision: CatalogueDecision<Item>, _ placed: PlacedEntry, _ title: String,
    _ report: inout RunReport
  ) throws {
    switch decision {
    case .unchanged: report.unchanged += 1
    case .rejected(let reason): reject(placed, title, reason, &report)
    case .write(let item, let held):
      report.changed += 1
      guard let held, held.isRemoved == item.isRemoved else {
        return try told(item.isRemoved ? "- \(title)" : "+ \(title)")
      }
      let changes = differences(from: held, to: item, clock: context.clock)
      try told("~ \(title): \(changes.joined(separator: ", "))")
    }
  }

  private func reject(
    _ placed: PlacedEntry, _ title: String, _ reason: String, _ report: inout RunReport
  ) {
    report.rejected += 1
    guard let place = placed.place else {
      return context.observer.rejected(Array(title.utf8), because: reason)
    }
    context.observer.rejected(Array(place.utf8), because: "\(title): \(reason)")
  }
}
