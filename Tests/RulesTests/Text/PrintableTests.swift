import Rules
import TestServers
import Testing

struct PrintableTests {
  @Test(
    arguments: [
      "", "a", "camp-1_show", "a ", "\"quoted\" 'too'", "*?[a]:{}", "\u{E4}", "a\u{308}",
      "\u{20AC}",
      "\u{65E5}\u{672C}\u{8A9E}", "\u{5D0}\u{627}", "\u{1F600}", "~",
    ])
  func whatCanBePrintedStandsAsItIs(text: String) {
    #expect(Array(printable(text.utf8).utf8) == Array(text.utf8))
  }

  @Test(
    arguments: [
      ("\0", #"\x00"#), ("\n", #"\x0A"#), ("\r\n", #"\x0D\x0A"#), ("\u{1B}[31m", #"\x1B[31m"#),
      ("\u{1F}", #"\x1F"#), ("\u{7F}", #"\x7F"#), ("\u{80}", #"\xC2\x80"#),
      ("\u{9B}", #"\xC2\x9B"#), ("\u{9F}", #"\xC2\x9F"#), ("a\tb", #"a\x09b"#),
      // Spaces other than the space, and what is not seen at all.
      ("a\u{A0}", #"a\xC2\xA0"#), ("\u{AD}", #"\xC2\xAD"#), ("\u{3000}", #"\xE3\x80\x80"#),
      ("\u{200B}", #"\xE2\x80\x8B"#), ("\u{2028}", #"\xE2\x80\xA8"#),
      ("\u{2029}", #"\xE2\x80\xA9"#), ("\u{FEFF}", #"\xEF\xBB\xBF"#),
      ("\u{E0041}", #"\xF3\xA0\x81\x81"#),
      // Private, and never to be a character.
      ("\u{E000}", #"\xEE\x80\x80"#), ("\u{FFFF}", #"\xEF\xBF\xBF"#),
      ("\\", #"\\"#), (#"\x00"#, #"\\x00"#),
    ])
  func whatCannotBePrintedStandsAsItsBytes(text: String, expected: String) {
    #expect(printable(text.utf8) == expected)
  }

  @Test(
    arguments: [
      0x61C, 0x200E, 0x200F, 0x202A, 0x202B, 0x202C, 0x202D, 0x202E, 0x2066, 0x2067, 0x2068, 0x2069,
    ] as [UInt32])
  func noBidirectionalControlPasses(value: UInt32) throws {
    let scalar = try #require(Unicode.Scalar(value))
    let text = printable("a\(Character(scalar))b".utf8)
    #expect(text.utf8.allSatisfy { $0 < 0x80 })
    #expect(text.hasPrefix(#"a\x"#) && text.hasSuffix("b"))
  }

  @Test(
    arguments: [
      ([0xFF], #"\xFF"#), ([0xFE], #"\xFE"#), ([0x80], #"\x80"#), ([0xBF], #"\xBF"#),
      ([0x61, 0xFF, 0x62], #"a\xFFb"#), ([0xFF, 0x61], #"\xFFa"#), ([0x61, 0xFF], #"a\xFF"#),
      // Cut off: two, three and four bytes.
      ([0xC3], #"\xC3"#), ([0xE2, 0x82], #"\xE2\x82"#), ([0xF0, 0x9F, 0x98], #"\xF0\x9F\x98"#),
      ([0xC3, 0x61], #"\xC3a"#), ([0xE2, 0x82, 0x61], #"\xE2\x82a"#),
      ([0xF0, 0x9F, 0x98, 0x61], #"\xF0\x9F\x98a"#), ([0xE2, 0xC3, 0xA4], "\\xE2\u{E4}"),
      ([0xF0, 0x9F, 0xE2, 0x82, 0xAC], "\\xF0\\x9F\u{20AC}"),
      // Longer than need be: a slash, a NUL, and the largest of two and three bytes too long.
      ([0xC0, 0xAF], #"\xC0\xAF"#), ([0xC0, 0x80], #"\xC0\x80"#), ([0xC1, 0xBF], #"\xC1\xBF"#),
      ([0xE0, 0x80, 0xAF], #"\xE0\x80\xAF"#), ([0xE0, 0x9F, 0xBF], #"\xE0\x9F\xBF"#),
      ([0xF0, 0x80, 0x80, 0xAF], #"\xF0\x80\x80\xAF"#),
      ([0xF0, 0x8F, 0xBF, 0xBF], #"\xF0\x8F\xBF\xBF"#),
      // Halves of a UTF-16 pair, and beyond the last scalar.
      ([0xED, 0xA0, 0x80], #"\xED\xA0\x80"#), ([0xED, 0xBF, 0xBF], #"\xED\xBF\xBF"#),
      ([0xF4, 0x90, 0x80, 0x80], #"\xF4\x90\x80\x80"#),
      ([0xF8, 0x88, 0x80, 0x80, 0x80], #"\xF8\x88\x80\x80\x80"#),
    ] as [([UInt8], String)])
  func whatIsNoUTF8StandsAsItsBytes(bytes: [UInt8], expected: String) {
    #expect(printable(bytes) == expected)
  }

  @Test func aBadByteSpoilsNothingAroundIt() {
    let characters = ["a", "\u{E4}", "\u{20AC}", "\u{1F600}", "z"]
    for position in 0...characters.count {
      let before = characters[..<position].joined()
      let after = characters[position...].joined()
      let bytes = Array(before.utf8) + [0xFF] + Array(after.utf8)
      #expect(printable(bytes) == before + #"\xFF"# + after)
    }
  }

  @Test func aTextCutOffAnywhereShowsWhatIsWhole() {
    let text = "a\u{E4}\u{20AC}\u{1F600}"
    for count in 0...text.utf8.count {
      let bytes = Array(text.utf8.prefix(count))
      #expect(unprinted(printable(bytes)) == bytes)
      #expect(printable(bytes) == naivelyPrinted(bytes))
    }
  }

  @Test(arguments: Seed.ofThisRun)
  func theBytesCanBeReadBackSoDifferentBytesGiveDifferentText(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<100 {
      let bytes = randomBytes(using: &random)
      let text = printable(bytes)
      #expect(unprinted(text) == bytes)
      #expect(text == naivelyPrinted(bytes))
    }
  }

  /// Two million bad bytes take a moment where each is looked at once, and hours where each makes
  /// the rest be copied.
  @Test(.timeLimit(.minutes(1)))
  func longGarbageTakesNoLongerThanItIsLong() {
    let count = 2_000_000
    #expect(printable(repeatElement(0xFF, count: count)).utf8.count == 4 * count)
  }
}

/// The bytes that `printable` was given; nil where it cannot have given this text.
private func unprinted(_ text: String) -> [UInt8]? {
  var bytes: [UInt8] = []
  var rest = Array(text.utf8)[...]
  while let byte = rest.popFirst() {
    guard byte == UInt8(ascii: "\\") else {
      bytes.append(byte)
      continue
    }
    switch rest.popFirst() {
    case UInt8(ascii: "\\"): bytes.append(byte)
    case UInt8(ascii: "x"):
      let digits = String(decoding: rest.prefix(2), as: UTF8.self)
      guard digits.utf8.count == 2, let escaped = UInt8(digits, radix: 16) else { return nil }
      bytes.append(escaped)
      rest = rest.dropFirst(2)
    default: return nil
    }
  }
  return bytes
}

/// `printable`, said another way: at each place the one to four bytes that are one scalar, else one
/// byte by its number.
private func naivelyPrinted(_ bytes: [UInt8]) -> String {
  var text = ""
  var rest = bytes[...]
  while !rest.isEmpty {
    let scalars = (1...4).compactMap { String(validating: rest.prefix($0), as: UTF8.self) }
    let scalar = scalars.first { $0.unicodeScalars.count == 1 }?.unicodeScalars.first
    if let scalar, scalar.properties.isPlain {
      text += scalar == "\\" ? #"\\"# : String(Character(scalar))
      rest = rest.dropFirst(String(Character(scalar)).utf8.count)
    } else {
      let digits = String(rest.removeFirst(), radix: 16, uppercase: true)
      text += #"\x"# + (digits.count == 1 ? "0" : "") + digits
    }
  }
  return text
}

extension Unicode.Scalar.Properties {
  /// Printable, for the characters of `randomBytes`.
  fileprivate var isPlain: Bool {
    switch generalCategory {
    case .control, .format, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
    case .spaceSeparator: name == "SPACE"
    default: true
    }
  }
}

/// Bits of text, of escapes and of garbage, so that all of them meet.
private func randomBytes(using random: inout SeededGenerator) -> [UInt8] {
  (0..<Int.random(in: 0...12, using: &random)).flatMap { _ -> [UInt8] in
    switch Int.random(in: 0..<6, using: &random) {
    case 0: [UInt8.random(in: 0...UInt8.max, using: &random)]
    case 1: [UInt8.random(in: 0x80...UInt8.max, using: &random)]
    case 2: Array(#"\x5C"#.utf8.prefix(Int.random(in: 1...4, using: &random)))
    case 3: Array("\u{E4}\u{20AC}".utf8)
    case 4: Array("\u{1F600}".utf8.prefix(Int.random(in: 1...4, using: &random)))
    default:
      Array(["a", "\u{202E}", "\u{200B}", "\n", " ", "\u{A0}"].randomElement(using: &random)!.utf8)
    }
  }
}
