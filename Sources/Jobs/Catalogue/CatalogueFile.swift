internal import Rules

/// How a whole catalogue is written down.
public enum CatalogueFormat: String, CaseIterable, Sendable { case csv, json }

/// Reads the rows of a file one by one.
///
/// CSV begins with the names of its columns, in any order and number; JSON has an object a row. `kind`
/// says what a row is, an image where it is left out. What a file does not have of a row is left as it
/// is.
struct CatalogueFile {
  enum Row {
    case entry(CatalogueEntry)
    case fault(String)
  }

  private enum Source {
    case csv(CSVReader, columns: [Column])
    case json(JSONObjects)
  }

  private enum Column: Equatable {
    case kind
    case field(CatalogueField)

    init?(_ name: String) {
      if name == "kind" {
        self = .kind
      } else if let field = CatalogueField(rawValue: name) {
        self = .field(field)
      } else {
        return nil
      }
    }
  }

  private var source: Source

  /// Throws where the columns of a CSV file cannot be understood: then none of its rows could be.
  init(_ bytes: [UInt8], as format: CatalogueFormat) throws(JobFailure) {
    switch format {
    case .json: source = .json(JSONObjects(bytes))
    case .csv:
      var reader = CSVReader(bytes)
      let head = try CatalogueFile.columns(reader.next()?.fields ?? [])
      source = .csv(reader, columns: head)
    }
  }

  /// The next row and the line it begins on; nil at the end.
  mutating func next() -> (line: Int, row: Row)? {
    switch source {
    case .csv(var reader, let columns):
      guard let row = reader.next() else { return nil }
      source = .csv(reader, columns: columns)
      return (row.line, CatalogueFile.read(row.fields, columns))
    case .json(var objects):
      guard let object = objects.next() else { return nil }
      source = .json(objects)
      return (object.line, CatalogueFile.read(object.fields))
    }
  }

  private static func columns(_ fields: [[UInt8]]) throws(JobFailure) -> [Column] {
    guard !fields.isEmpty else { throw JobFailure(.usage, "the file has no columns") }
    var columns: [Column] = []
    for field in fields {
      let name = String(decoding: field, as: UTF8.self)
      guard let column = Column(name) else {
        throw JobFailure(
          .usage, "the file has a column '\(printable(field))'",
          hint: "Columns are kind, "
            + CatalogueField.allCases.map(\.rawValue).joined(separator: ", ") + ".")
      }
      guard !columns.contains(column) else {
        throw JobFailure(.usage, "the file has two columns '\(printable(field))'")
      }
      columns.append(column)
    }
    return columns
  }

  private static func read(_ fields: [[UInt8]]?, _ columns: [Column]) -> Row {
    guard let fields else { return .fault("is no CSV: a quotation mark stands alone") }
    guard fields.count == columns.count else {
      return .fault("has \(fields.count) fields for \(columns.count) columns")
    }
    var kind = ""
    var texts: [CatalogueField: String] = [:]
    for (bytes, column) in zip(fields, columns) {
      guard let text = String(validating: bytes, as: UTF8.self) else {
        return .fault("is no UTF-8")
      }
      switch column {
      case .kind: kind = text
      case .field(let field): texts[field] = withoutFormulaGuard(text)
      }
    }
    return row(kind, texts)
  }

  private static func read(_ fields: [String: String]?) -> Row {
    guard let fields else { return .fault("is no object with texts and numbers") }
    var texts: [CatalogueField: String] = [:]
    for (name, text) in fields where name != "kind" {
      guard let field = CatalogueField(rawValue: name) else {
        return .fault("has a field '\(printable(name.utf8))'")
      }
      texts[field] = text
    }
    return row(fields["kind"] ?? "", texts)
  }

  private static func row(_ kind: String, _ texts: [CatalogueField: String]) -> Row {
    guard let kind = kind.isEmpty ? .image : CatalogueKind(rawValue: kind) else {
      return .fault("has a kind '\(printable(kind.utf8))'; kinds are group, image and style")
    }
    return .entry(CatalogueEntry(kind, texts))
  }
}

/// Brings the rows of a file into the catalogue: groups first, then images, then styles, so that each
/// may name what stands further down. Nothing is removed that the file does not say is removed.
public struct CatalogueImport {
  public static let name = "adstat import"
  /// Rows of one transaction.
  static let batchSize = 1000

  private let bytes: [UInt8]
  private let format: CatalogueFormat

  public init(_ bytes: [UInt8], as format: CatalogueFormat) {
    self.bytes = bytes
    self.format = format
  }

  /// `told` is handed each difference as a line.
  public func run(
    in context: CatalogueContext, told: (String) throws -> Void
  ) -> JobOutcome {
    context.run(CatalogueImport.name) { report in
      try withoutActuallyEscaping(told) { told in
        var edit = try CatalogueEdit(mode: .put, in: context, told: told)
        for kind in CatalogueKind.allCases {
          try apply(kind, &edit, context, &report)
        }
      }
    }
  }

  /// One pass over the file a kind: the rows themselves are never all held.
  private func apply(
    _ kind: CatalogueKind, _ edit: inout CatalogueEdit, _ context: CatalogueContext,
    _ report: inout RunReport
  ) throws {
    var file = try CatalogueFile(bytes, as: format)
    var batch: [PlacedEntry] = []
    // All of them: the file itself is in memory, too.
    var seen = SeenKeys(countMax: .max)
    while let (line, row) = file.next() {
      switch row {
      case .fault(let reason):
        // The first pass tells.
        if kind == .group { reject(line, reason, context, &report) }
      case .entry(let entry) where entry.kind == kind:
        guard seen.insert(CatalogueImport.key(of: entry)) else {
          reject(line, "names what a line before it names", context, &report)
          continue
        }
        batch.append(PlacedEntry(entry: entry, place: "line \(line)"))
      case .entry: break
      }
      guard batch.count == CatalogueImport.batchSize else { continue }
      try edit.apply(batch, &report)
      batch = []
      context.observer.progressed("rows", done: report.found, total: nil)
      try context.interruption.check()
    }
    try edit.apply(batch, &report)
  }

  private func reject(
    _ line: Int, _ reason: String, _ context: CatalogueContext, _ report: inout RunReport
  ) {
    report.found += 1
    report.rejected += 1
    context.observer.rejected(Array("line \(line)".utf8), because: reason)
  }

  /// What names the item.
  private static func key(of entry: CatalogueEntry) -> [String] {
    let fields: [CatalogueField] =
      switch entry.kind {
      case .group: [.group]
      case .image: [.code]
      case .style: [.system, .position, .group, .code]
      }
    return fields.map { entry.texts[$0] ?? "" }
  }
}
