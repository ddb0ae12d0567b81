/// Reads the flat objects of a JSON text, one after the other: `{"code":"a","weight":2}`.
///
/// The objects may stand in an array, in an array that is a field of one object (as `export` writes
/// it), or simply one after the other. Their values are texts, whole numbers, `true`, `false` or
/// `null`, and are all handed over as text; `null` as an empty one. An object that is none of this is
/// told as a fault, and reading goes on at the next line that begins with a brace.
///
/// Source: <https://www.rfc-editor.org/rfc/rfc8259>
public struct JSONObjects: Sendable {
  public struct Object: Equatable, Sendable {
    /// The line it begins on, from 1.
    public let line: Int
    /// Nil where it cannot be read.
    public let fields: [String: String]?
  }

  private let bytes: [UInt8]
  private var position: Int
  private var line = 1

  public init(_ bytes: [UInt8]) {
    self.bytes = bytes
    position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
  }

  /// The next object; nil at the end.
  public mutating func next() -> Object? {
    while true {
      skip { isBlank($0) || [0x2C, 0x5B, 0x5D, 0x7D].contains($0) }  // , [ ] }
      guard position < bytes.count else { return nil }
      let (start, startLine) = (position, line)
      switch object() {
      case .read(let fields): return Object(line: startLine, fields: fields)
      case .wrapper: continue
      case .damaged:
        // An object that does not end must not swallow the next one.
        (position, line) = (start, startLine)
        resume()
        return Object(line: startLine, fields: nil)
      }
    }
  }

  private enum Result {
    case read([String: String])
    /// It has an array for a field: what is looked for lies in there.
    case wrapper
    case damaged
  }

  private mutating func object() -> Result {
    guard take(UInt8(ascii: "{")) else { return .damaged }
    var fields: [String: String] = [:]
    skip(isBlank)
    if take(UInt8(ascii: "}")) { return .read(fields) }
    while true {
      skip(isBlank)
      guard let name = string() else { return .damaged }
      skip(isBlank)
      guard take(UInt8(ascii: ":")) else { return .damaged }
      skip(isBlank)
      if take(UInt8(ascii: "[")) { return .wrapper }
      guard let value = value(), fields.updateValue(value, forKey: name) == nil else {
        return .damaged
      }
      skip(isBlank)
      if take(UInt8(ascii: "}")) { return .read(fields) }
      guard take(UInt8(ascii: ",")) else { return .damaged }
    }
  }

  /// At the next line that begins with a brace, or at the end.
  private mutating func resume() {
    while position < bytes.count {
      skip { $0 != UInt8(ascii: "\n") }
      skip(isBlank)
      if position < bytes.count, bytes[position] == UInt8(ascii: "{") { return }
    }
  }

  private mutating func value() -> String? {
    guard position < bytes.count else { return nil }
    if bytes[position] == UInt8(ascii: "\"") { return string() }
    let start = position
    skip(isWord)
    let word = String(decoding: bytes[start..<position], as: UTF8.self)
    switch word {
    case "null": return ""
    case "true", "false": return word
    default: return Int64(word).map { String($0) } == word ? word : nil
    }
  }

  private mutating func string() -> String? {
    guard take(UInt8(ascii: "\"")) else { return nil }
    var text: [UInt8] = []
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return String(validating: text, as: UTF8.self)
      case UInt8(ascii: "\\"):
        guard let scalar = escaped() else { return nil }
        text += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
      case 0..<0x20: return nil
      default: text.append(byte)
      }
    }
    return nil
  }

  /// What stands behind a backslash.
  private mutating func escaped() -> Unicode.Scalar? {
    guard position < bytes.count else { return nil }
    let byte = bytes[position]
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      guard let high = codeUnit() else { return nil }
      guard (0xD800...0xDBFF).contains(high) else { return Unicode.Scalar(high) }
      guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")), let low = codeUnit(),
        (0xDC00...0xDFFF).contains(low)
      else { return nil }
      return Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
    default: return nil
    }
  }

  private mutating func codeUnit() -> UInt32? {
    guard position + 4 <= bytes.count else { return nil }
    let digits = bytes[position..<position + 4]
    position += 4
    var unit: UInt32 = 0
    for digit in digits {
      guard let value = Character(Unicode.Scalar(digit)).hexDigitValue else { return nil }
      unit = unit << 4 | UInt32(value)
    }
    return unit
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard position < bytes.count, bytes[position] == byte else { return false }
    position += 1
    return true
  }

  private mutating func skip(_ isSkipped: (UInt8) -> Bool) {
    while position < bytes.count, isSkipped(bytes[position]) {
      if bytes[position] == UInt8(ascii: "\n") { line += 1 }
      position += 1
    }
  }
}

private func isBlank(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }

/// What `true`, `null` and whole numbers consist of.
private func isWord(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
    UInt8(ascii: "-"):
    true
  default: false
  }
}
