/// How many columns a terminal gives a text: two for what is drawn wide, such as Chinese characters and
/// emoji, none for marks that go above or below the character before them.
///
/// Source: Unicode Standard Annex #11, "East Asian Width".
public func columnCount(_ text: String) -> Int {
  text.unicodeScalars.reduce(0) { $0 + columnCount($1) }
}

private func columnCount(_ scalar: Unicode.Scalar) -> Int {
  if scalar.value < 0x300 { return 1 }
  switch scalar.properties.generalCategory {
  case .nonspacingMark, .enclosingMark: return 0
  default: break
  }
  if scalar.properties.isEmojiPresentation { return 2 }
  switch scalar.value {
  case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97C, 0xAC00...0xD7A3,
    0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x20000...0x3FFFD:
    return 2
  default: return 1
  }
}
