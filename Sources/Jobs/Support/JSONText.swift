/// Writes one JSON object on one line, its fields in the order they are added.
///
/// Strings are escaped so that the line is harmless when a terminal shows it: besides what JSON
/// demands, DEL, C1 and bidirectional control characters stand as `\uXXXX`.
public struct JSONText: Sendable, CustomStringConvertible {
  /// In bytes, because strings grow more slowly: of a catalogue there are many.
  private var bytes = [UInt8(ascii: "{")]

  public init() {}

  /// The object so far, from its `{` to the end of its last field, not yet closed.
  public var open: String { String(decoding: bytes, as: UTF8.self) }

  /// The whole object, closed, without a newline.
  public var description: String { open + "}" }

  /// The same, in UTF-8.
  public var utf8: [UInt8] { bytes + [UInt8(ascii: "}")] }

  public mutating func add(_ name: String, _ value: String) {
    begin(name)
    JSONText.quote(value, into: &bytes)
  }

  /// A text, or `null`.
  public mutating func addText(_ name: String, _ value: String?) {
    addRaw(name, value.map(JSONText.quoted) ?? "null")
  }

  public mutating func add(_ name: String, _ value: some FixedWidthInteger) {
    addRaw(name, String(value))
  }

  public mutating func add(_ name: String, _ value: Bool) { addRaw(name, value ? "true" : "false") }

  /// What JSON has no number for (infinities, NaN) stands as `null`.
  public mutating func add(_ name: String, _ value: Double) {
    addRaw(name, value.isFinite ? "\(value)" : "null")
  }

  public mutating func add(_ name: String, _ values: [some FixedWidthInteger]) {
    addRaw(name, "[" + values.map { String($0) }.joined(separator: ",") + "]")
  }

  /// As single numbers.
  public mutating func add(_ name: String, _ values: [Double]) {
    let texts = values.map { $0.isFinite ? "\($0)" : "null" }
    addRaw(name, "[" + texts.joined(separator: ",") + "]")
  }

  public mutating func add(_ name: String, _ values: [String]) {
    addRaw(name, "[" + values.map(JSONText.quoted).joined(separator: ",") + "]")
  }

  /// An object within the object.
  public mutating func add(_ name: String, _ value: JSONText) {
    begin(name)
    bytes += value.bytes
    bytes.append(UInt8(ascii: "}"))
  }

  /// Objects within the object, in order.
  public mutating func add(_ name: String, _ values: [JSONText]) {
    addRaw(name, "[" + values.map(\.description).joined(separator: ",") + "]")
  }

  /// Nothing, where something else may stand.
  public mutating func addNull(_ name: String) { addRaw(name, "null") }

  private mutating func addRaw(_ name: String, _ value: String) {
    begin(name)
    bytes += value.utf8
  }

  private mutating func begin(_ name: String) {
    if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
    JSONText.quote(name, into: &bytes)
    bytes.append(UInt8(ascii: ":"))
  }

  /// A text as a JSON string, with its quotation marks.
  static func quoted(_ text: String) -> String {
    var bytes: [UInt8] = []
    quote(text, into: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func quote(_ text: String, into bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    bytes += text.utf8.allSatisfy(isPlain) ? text.utf8 : escaped(text).utf8
    bytes.append(UInt8(ascii: "\""))
  }

  private static func escaped(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": escaped += "\\\""
      case "\\": escaped += "\\\\"
      case "\n": escaped += "\\n"
      case "\r": escaped += "\\r"
      case "\t": escaped += "\\t"
      case _ where isTerminalHazard(scalar): escaped += unicodeEscape(scalar)
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }

  /// `\u001B`. Every hazard lies below U+10000, so that four digits suffice.
  private static func unicodeEscape(_ scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16, uppercase: true)
    return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
  }
}

/// Printable ASCII that stands for itself, which most texts consist of.
private func isPlain(_ byte: UInt8) -> Bool {
  (0x20..<0x7F).contains(byte) && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
}

/// C0, DEL, C1, line and paragraph separators, and the bidirectional controls of the "Trojan Source"
/// report (CVE-2021-42574).
private func isTerminalHazard(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.value {
  case 0..<0x20, 0x7F..<0xA0, 0x61C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF: true
  default: false
  }
}
