import Rules

extension FuzzTarget {
  /// Foreign bytes are shown without anything that drives a terminal, and so that the bytes can be read
  /// off again: different bytes never look the same.
  static let printables = FuzzTarget("printables") { input in
    let text = printable(input)
    try require(isHarmless(text), "a control character stands in \(text.debugDescription)")
    try require(bytesShown(by: text), equals: input, "the bytes that \(text) shows")
    // What is harmless is shown as it is, but for the backslashes.
    let again = text.utf8.flatMap { $0 == UInt8(ascii: "\\") ? [$0, $0] : [$0] }
    try require(Array(printable(text.utf8).utf8), equals: again, "the text, shown again")
  }
}

/// Nil where it cannot be what `printable` gave.
private func bytesShown(by text: String) -> [UInt8]? {
  var bytes: [UInt8] = []
  var rest = Array(text.utf8)[...]
  while let byte = rest.popFirst() {
    guard byte == UInt8(ascii: "\\") else {
      bytes.append(byte)
      continue
    }
    if rest.popFirst() == UInt8(ascii: "\\") {
      bytes.append(byte)
    } else {
      guard let shown = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
        return nil
      }
      bytes.append(shown)
      rest = rest.dropFirst(2)
    }
  }
  return bytes
}
