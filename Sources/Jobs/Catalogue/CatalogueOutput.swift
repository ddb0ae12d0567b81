internal import MySQLClient
internal import MySQLStore
public import Rules

/// The parts of the catalogue that a list shows.
public struct CatalogueFilter: Equatable, Sendable {
  /// Only images of this group, or styles that name it.
  public var group: String?
  /// Only styles of this system.
  public var system: String?
  /// Only images that may be shown now.
  public var isDue = false
  /// Removed ones, too.
  public var isComplete = false

  public init() {}

  fileprivate func admits(_ image: CatalogueImage, at now: Int) -> Bool {
    (group == nil || image.group == group) && (!isDue || image.dueSpan.contains(now))
      && (isComplete || !image.isRemoved)
  }

  fileprivate func admits(_ style: CatalogueStyle) -> Bool {
    (system == nil || style.key.system == system)
      && (group == nil || style.key.target == group.map { .group($0) })
      && (isComplete || !style.isRemoved)
  }
}

/// Writes the catalogue out: as a list for people, as one JSON object, or as a file that `import`
/// reads. `write` is handed one piece of text after the other.
public struct CatalogueOutput {
  private let context: CatalogueContext
  private let filter: CatalogueFilter

  public init(_ filter: CatalogueFilter, in context: CatalogueContext) {
    self.filter = filter
    self.context = context
  }

  /// A table with the names of its columns in front.
  public func list(_ kind: CatalogueKind, to write: (String) throws -> Void) -> JobOutcome {
    context.run("adstat \(kind.rawValue) list") { report in
      var table: [[String]] = [columns(of: kind).map(\.rawValue) + ["created", "updated"]]
      try walk(kind, &report) { page in table += page.map(row) }
      try write(CatalogueOutput.aligned(table))
    }
  }

  /// `{"schema":1,"images":[…]}`, one item a line.
  public func listJSON(_ kind: CatalogueKind, to write: (String) throws -> Void) -> JobOutcome {
    context.run("adstat \(kind.rawValue) list") { report in
      try writeJSON("\(kind.rawValue)s", [kind], hasTimes: true, &report, write)
    }
  }

  /// The whole catalogue.
  public func export(
    as format: CatalogueFormat, to write: (String) throws -> Void
  ) -> JobOutcome {
    context.run("adstat export") { report in
      switch format {
      case .json: try writeJSON("rows", CatalogueKind.allCases, hasTimes: false, &report, write)
      case .csv: try writeCSV(&report, write)
      }
    }
  }

  // MARK: Forms

  private func writeCSV(_ report: inout RunReport, _ write: (String) throws -> Void) throws {
    let fields = CatalogueField.allCases.filter { filter.isComplete || $0 != .removed }
    try write(csvRow(["kind"] + fields.map(\.rawValue)))
    for kind in CatalogueKind.allCases {
      try walk(kind, &report) { page in
        try write(
          page.map { item in
            csvRow([kind.rawValue] + fields.map { item.text(of: $0, clock: context.clock) })
          }.joined())
      }
    }
  }

  private func writeJSON(
    _ name: String, _ kinds: [CatalogueKind], hasTimes: Bool, _ report: inout RunReport,
    _ write: (String) throws -> Void
  ) throws {
    var head = JSONText()
    head.add("schema", 1)
    try write("\(head.open),\"\(name)\":[")
    var separator = "\n"
    for kind in kinds {
      try walk(kind, &report) { page in
        var text = ""
        for item in page {
          text += "\(separator)\(json(of: item, hasTimes: hasTimes))"
          separator = ",\n"
        }
        try write(text)
      }
    }
    try write("\n]}\n")
  }

  private func json(of item: any CatalogueItem, hasTimes: Bool) -> JSONText {
    let kind = type(of: item).kind
    var json = JSONText()
    json.add("kind", kind.rawValue)
    for field in columns(of: kind) {
      let text = item.text(of: field, clock: context.clock)
      if field == .weight, let weight = UInt32(text) {
        json.add(field.rawValue, weight)
      } else if field != .removed || !text.isEmpty {
        json.add(field.rawValue, text)
      }
    }
    if hasTimes, let times = item.times {
      json.add("create_time", context.clock.text(of: times.created))
      json.add("update_time", context.clock.text(of: times.updated))
    }
    return json
  }

  private func columns(of kind: CatalogueKind) -> [CatalogueField] {
    let fields: [CatalogueField] =
      switch kind {
      case .group: CatalogueGroup.fields
      case .image: CatalogueImage.fields
      case .style: CatalogueStyle.fields
      }
    return fields.filter { filter.isComplete || $0 != .removed }
  }

  private func row(of item: any CatalogueItem) -> [String] {
    let texts = columns(of: type(of: item).kind).map { field in
      printable(item.text(of: field, clock: context.clock).utf8)
    }
    let times = item.times.map { [$0.created, $0.updated].map { context.clock.text(of: $0) } }
    return texts + (times ?? ["", ""])
  }

  /// Columns side by side, two blanks between them.
  static func aligned(_ table: [[String]]) -> String {
    var widths: [Int] = []
    for row in table {
      for (index, text) in row.enumerated() {
        if index == widths.count { widths.append(0) }
        widths[index] = max(widths[index], text.unicodeScalars.count)
      }
    }
    return table.map { row in
      var line = zip(row, widths).map { text, width in
        text + String(repeating: " ", count: width - text.unicodeScalars.count)
      }.joined(separator: "  ")
      while line.utf8.last == UInt8(ascii: " ") { line.removeLast() }
      return line + "\n"
    }.joined()
  }

  // MARK: Reading

  /// Hands over what the filter admits, a page at a time. A code that is no text cannot be written
  /// down in a file of text; it is named and left out.
  private func walk(
    _ kind: CatalogueKind, _ report: inout RunReport, _ page: ([any CatalogueItem]) throws -> Void
  ) throws {
    let database = try context.database(isReading: true)
    func hand(_ items: [any CatalogueItem]) throws {
      try context.interruption.check()
      if !items.isEmpty { try page(items) }
    }
    switch kind {
    case .group:
      let groups = try AdGroup(database).all().filter { filter.isComplete || !$0.isRemoved }
      report.found += groups.count
      try hand(groups)
    case .image:
      try AdImage(database).walk { images in
        let admitted = images.filter { filter.admits($0, at: context.now) }
        report.found += admitted.count
        try hand(admitted.filter { isText($0.code, &report) })
      }
    case .style:
      try AdStyle(database).walk { styles in
        let admitted = styles.filter(filter.admits)
        report.found += admitted.count
        try hand(
          admitted.filter { style in
            if case .image(let code) = style.key.target { isText(code, &report) } else { true }
          })
      }
    }
  }

  private func isText(_ code: Code, _ report: inout RunReport) -> Bool {
    if String(validating: code.bytes, as: UTF8.self) != nil { return true }
    report.rejected += 1
    context.observer.rejected(code.bytes, because: "is no text, and cannot be written down")
    return false
  }
}
