import Rules

@testable import Jobs

extension FuzzTarget {
  /// A catalogue that went through somebody's spreadsheet: every row is read or told to be none, and
  /// what was read is written and read the same.
  ///
  /// Input: the file.
  static let csvFiles = FuzzTarget("csv-files") { input in
    var reader = CSVReader(input)
    var line = 1
    while let row = reader.next() {
      try require(row.line >= line, "line \(row.line) comes behind line \(line)")
      line = row.line
      guard let fields = row.fields else { continue }
      try writtenAndRead(fields.map { String(decoding: $0, as: UTF8.self) })
    }
    try enter(input, as: .csv)
  }

  /// The same as JSON.
  ///
  /// Input: the file.
  static let jsonFiles = FuzzTarget("json-files") { input in
    var objects = JSONObjects(input)
    var line = 1
    while let object = objects.next() {
      try require(object.line >= line, "line \(object.line) comes behind line \(line)")
      line = object.line
      guard let fields = object.fields else { continue }
      var json = JSONText()
      for (name, value) in fields.sorted(by: { $0.key < $1.key }) { json.add(name, value) }
      try require(isHarmless(json.description), "\(json.description.debugDescription)")
      var again = JSONObjects(Array(json.description.utf8))
      try require(again.next()?.fields, equals: fields, "the object, written and read")
      try require(again.next(), equals: nil, "what comes behind it")
    }
    try enter(input, as: .json)
  }
}

/// A field in front, so that no row is blank and no mark of the byte order stands at the beginning.
private func writtenAndRead(_ texts: [String]) throws {
  let row = csvRow(["first"] + texts)
  var reader = CSVReader(Array(row.utf8))
  let read = reader.next()?.fields?.dropFirst()
  try require(
    read?.map { withoutFormulaGuard(String(decoding: $0, as: UTF8.self)) }, equals: texts,
    "the row, written and read")
  for field in read ?? [] {
    try require(!"=+-@\t\r".utf8.contains(field.first ?? 0x61), "a formula stands in \(row)")
  }
  try require(reader.next(), equals: nil, "what comes behind the row")
}

/// Takes the rows of a file for items of the catalogue: one that is taken, shown and entered again, is
/// the same.
private func enter(_ input: [UInt8], as format: CatalogueFormat) throws {
  guard var file = try? CatalogueFile(input, as: format) else { return }
  while let (_, row) = file.next() {
    switch row {
    case .fault(let reason): try require(isHarmless(reason), reason.debugDescription)
    case .entry(let entry):
      do {
        switch entry.kind {
        case .group: try enter(entry, onto: CatalogueGroup(name: try entry.groupName()))
        case .image: try enter(entry, onto: CatalogueImage(code: try entry.code()))
        case .style: try enter(entry, onto: CatalogueStyle(key: try entry.styleKey()))
        }
      } catch let fault as CatalogueFault {
        try require(isHarmless("\(fault)"), "\(fault)".debugDescription)
      }
    }
  }
}

private func enter<Item: CatalogueItem>(_ entry: CatalogueEntry, onto blank: Item) throws {
  let item = try entry.applied(to: blank, clock: .utc)
  let texts = Item.fields.map { ($0, item.text(of: $0, clock: .utc)) }
  let shown = CatalogueEntry(entry.kind, Dictionary(texts) { $1 })
  do {
    let again = try shown.applied(to: blank, clock: .utc)
    try require(again, equals: item, "\(item.title), shown and entered again")
  } catch let fault as CatalogueFault {
    throw Finding(description: "\(item.title), shown as \(texts), is refused: \(fault)")
  }
}
