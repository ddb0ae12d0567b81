/// Bytes as harmless text: what is no printable UTF-8 stands as `\xHH`, byte for byte.
///
/// Keys and ids come from outside. Control characters could drive a terminal, bidirectional
/// controls could make a line read as another, and invisible ones could make two keys look the
/// same. A backslash is doubled, so that different bytes always give different text.
public func printable(_ bytes: some Sequence<UInt8>) -> String {
  let bytes = Array(bytes)
  var input = bytes.makeIterator()
  var parser = Unicode.UTF8.ForwardParser()
  var position = 0
  var text = ""

  func escape(_ count: Int) {
    for byte in bytes[position..<position + count] { text += hexEscape(byte) }
    position += count
  }

  while true {
    switch parser.parseScalar(from: &input) {
    case .emptyInput:
      return text
    case .error(let length):
      escape(length)
    case .valid(let encoded):
      let scalar = Unicode.UTF8.decode(encoded)
      guard isPrintable(scalar) else {
        escape(encoded.count)
        continue
      }
      text.unicodeScalars.append(scalar)
      if scalar == "\\" { text.unicodeScalars.append(scalar) }
      position += encoded.count
    }
  }
}

private func hexEscape(_ byte: UInt8) -> String {
  let digits = String(byte, radix: 16, uppercase: true)
  return "\\x" + (digits.count == 1 ? "0" : "") + digits
}

/// Everything but what Unicode calls "other" (controls, formats, unassigned) or a separator, the
/// plain space excepted.
/// Source: <https://docs.python.org/3/library/stdtypes.html#str.isprintable>
private func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.properties.generalCategory {
  case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
    .paragraphSeparator:
    false
  case .spaceSeparator: scalar == " "
  default: true
  }
}
