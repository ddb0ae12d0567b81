import Rules
import Testing

struct ChecksumTests {
  /// The check value that catalogues of CRCs give, and what zlib.crc32 says.
  @Test(arguments: [("123456789", 0xCBF4_3926), ("", 0), ("a", 0xE8B7_BE43)] as [(String, UInt32)])
  func crc32IsThatOfZlib(text: String, sum: UInt32) { #expect(crc32(text.utf8) == sum) }

  @Test(arguments: [([], ""), ([0, 0x0F, 0xA5, 0xFF], "000fa5ff")] as [([UInt8], String)])
  func hexDigitsGoBothWays(value: [UInt8], text: String) {
    #expect(hex(value) == text)
    #expect(bytes(hex: text) == value)
  }

  @Test(arguments: ["0", "0G", "FF", "0x", " 0", "é"])
  func whatIsNoHexIsRefused(text: String) { #expect(bytes(hex: text) == nil) }
}
