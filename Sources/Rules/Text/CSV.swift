/// Reads CSV as RFC 4180 has it, row by row: fields in quotes may hold commas, line ends and doubled
/// quotes. Lines may end with LF or CRLF; a byte order mark in front is passed over.
///
/// Source: <https://www.rfc-editor.org/rfc/rfc4180>
public struct CSVReader: Sendable {
  /// One row and where it stands.
  public struct Row: Equatable, Sendable {
    /// The line it begins on, from 1.
    public let line: Int
    /// Nil where the row is no CSV: a quote that does not end, or something behind one that did.
    public let fields: [[UInt8]]?
  }

  private let bytes: [UInt8]
  private var position: Int
  private var line = 1

  public init(_ bytes: [UInt8]) {
    self.bytes = bytes
    position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
  }

  /// The next row that is not blank; nil at the end.
  public mutating func next() -> Row? {
    skipBlankLines()
    guard position < bytes.count else { return nil }
    let start = line
    var fields: [[UInt8]] = []
    while true {
      guard let field = field() else {
        skipLine()
        return Row(line: start, fields: nil)
      }
      fields.append(field)
      guard position < bytes.count, bytes[position] == UInt8(ascii: ",") else { break }
      position += 1
    }
    skipLineEnd()
    return Row(line: start, fields: fields)
  }

  /// Leaves `position` at a comma, a line end or the end.
  private mutating func field() -> [UInt8]? {
    guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
      let start = position
      while position < bytes.count, !isEnd(bytes[position]) { position += 1 }
      return Array(bytes[start..<position])
    }
    return quotedField()
  }

  /// A quote that never ends would swallow the rest of the file: then the row ends with its first line.
  private mutating func quotedField() -> [UInt8]? {
    let (start, startLine) = (position, line)
    var field: [UInt8] = []
    position += 1
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      if byte == UInt8(ascii: "\n") { line += 1 }
      guard byte == UInt8(ascii: "\"") else {
        field.append(byte)
        continue
      }
      if position < bytes.count, bytes[position] == UInt8(ascii: "\"") {
        field.append(byte)
        position += 1
        continue
      }
      return position == bytes.count || isEnd(bytes[position]) ? field : nil
    }
    (position, line) = (start, startLine)
    return nil
  }

  private func isEnd(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
  }

  private mutating func skipLine() {
    while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { position += 1 }
    skipLineEnd()
  }

  private mutating func skipLineEnd() {
    if position < bytes.count, bytes[position] == UInt8(ascii: "\r") { position += 1 }
    if position < bytes.count, bytes[position] == UInt8(ascii: "\n") {
      position += 1
      line += 1
    }
  }

  private mutating func skipBlankLines() {
    while position < bytes.count,
      bytes[position] == UInt8(ascii: "\n") || bytes[position] == UInt8(ascii: "\r")
    {
      if bytes[position] == UInt8(ascii: "\n") { line += 1 }
      position += 1
    }
  }
}

/// One row of CSV with its line end, CRLF.
///
/// A field that a spreadsheet would take for a formula gets a `'` in front, and so does one that
/// already has one there: `withoutFormulaGuard` takes it off again, so that nothing is lost.
/// Source: <https://owasp.org/www-community/attacks/CSV_Injection>
public func csvRow(_ fields: [String]) -> String {
  fields.map { field in
    let safe = isFormula(field.utf8.drop { $0 == UInt8(ascii: "'") }) ? "'" + field : field
    let needsQuotes = safe.utf8.contains { byte in
      [UInt8(ascii: ","), UInt8(ascii: "\""), UInt8(ascii: "\n"), UInt8(ascii: "\r")].contains(byte)
    }
    return needsQuotes ? "\"" + doubledQuotes(safe) + "\"" : safe
  }.joined(separator: ",") + "\r\n"
}

/// What `csvRow` was given for a field that it wrote.
public func withoutFormulaGuard(_ field: String) -> String {
  guard field.utf8.first == UInt8(ascii: "'"),
    isFormula(field.utf8.drop { $0 == UInt8(ascii: "'") })
  else { return field }
  return String(field.unicodeScalars.dropFirst())
}

private func isFormula(_ text: Substring.UTF8View) -> Bool {
  switch text.first {
  case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"), 0x09, 0x0D: true
  default: false
  }
}

/// Scalar by scalar: a quote with a joining mark behind it is another character, but the same byte.
private func doubledQuotes(_ text: String) -> String {
  var doubled = String.UnicodeScalarView()
  for scalar in text.unicodeScalars {
    doubled.append(scalar)
    if scalar == "\"" { doubled.append(scalar) }
  }
  return String(doubled)
}
