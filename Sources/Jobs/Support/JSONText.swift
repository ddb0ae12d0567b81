/// Writes one JSON object on one line, its fields in the order they are added.
///
/// Strings are escaped so that the line is harmless when a terminal shows it: besides what JSON
/// demands, DEL, C1 and bidirectional control characters stand as `\uXXXX`.
public struct JSONText: Sendable, CustomStringConvertible {
  /// The object so far, from its `{` to the end of its last field, not yet closed.
  public private(set) var open = "{"

  public init() {}

  /// The whole object, closed, without a newline.
  public var description: String { open + "}" }

  public mutating func add(_ name: String, _ value: String) {
    addRaw(name, JSONText.quoted(value))
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
    addRaw(name, value.description)
  }

  /// Objects within the object, in order.
  public mutating func add(_ name: String, _ values: [JSONText]) {
    addRaw(name, "[" + values.map(\.description).joined(separator: ",") + "]")
  }

  /// Nothing, where something else may stand.
  public mutating func addNull(_ name: String) { addRaw(name, "null") }

  private mutating func addRaw(_ name: String, _ value: String) {
    if open.utf8.count > 1 { open += "," }
    open += JSONText.quoted(name) + ":" + value
  }

  /// A text as a JSON string, with its quotation marks.
  static func quoted(_ text: String) -> String {
    if text.utf8.allSatisfy(isPlain) { return "\"" + text + "\"" }
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case "\r": quoted += "\\r"
      case "\t": quoted += "\\t"
      case _ where isTerminalHazard(scalar): quoted += unicodeEscape(scalar)
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
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
