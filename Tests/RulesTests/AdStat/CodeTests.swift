import Rules
import Testing

struct CodeTests {
  @Test(arguments: [1, 2, 127, 128])
  func oneTo128BytesAreACode(count: Int) {
    let bytes = [UInt8](repeating: 0x61, count: count)
    #expect(Code(bytes)?.bytes == bytes)
  }

  @Test(arguments: [0, 129, 100_000])
  func nothingAndMoreThan128BytesAreNoCode(count: Int) {
    #expect(Code([UInt8](repeating: 0x61, count: count)) == nil)
  }

  @Test func everyByteIsKept() {
    let all = (UInt8.min...UInt8.max).map { $0 }
    #expect(Code(all[..<128])?.bytes == Array(all[..<128]))
    #expect(Code(all[128...])?.bytes == Array(all[128...]))
  }

  @Test func codesThatLookAlikeAreDifferent() throws {
    // Upper and lower case, a space behind, composed and decomposed, an emoji, a NUL behind.
    let texts = ["A", "a", "a ", "\u{E4}", "a\u{308}", "\u{1F600}", "a\0", "\0"]
    let codes = try texts.map { try #require(Code($0.utf8)) }
    #expect(Set(codes).count == texts.count)
  }

  @Test func codesAreOrderedByteByByte() throws {
    let texts: [[UInt8]] = [
      [0], [0, 0], [0x41], [0x61], [0x61, 0], [0x61, 0x20], [0x7F], [0x80], [0xFF],
    ]
    let codes = try texts.map { try #require(Code($0)) }
    #expect(codes.reversed().sorted() == codes)
    #expect(!(codes[0] < codes[0]))
  }
}
