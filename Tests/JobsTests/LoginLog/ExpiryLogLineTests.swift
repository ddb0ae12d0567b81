import Foundation
import Jobs
import Rules
import Testing

struct ExpiryLogLineTests {
  private let october = Month("2017-10")!

  private func line(type: [UInt8], id: [UInt8], bitmap: [UInt8] = [0x40, 0, 0, 0x40]) throws -> (
    text: String, key: [UInt8]
  ) {
    let user = try #require(UserKey(type: type, id: id))
    let key = Array("loginLog_2017-10_".utf8) + type + [UInt8(ascii: "_")] + id
    let text = ExpiryLogLine.text(
      key: key, userMonth: UserMonth(month: october, user: user),
      bitmap: try LoginBitmap(bytes: bitmap, of: october), loggedAt: 1_795_143_845)
    return (text, key)
  }

  /// Written down once: lines of years ago must still be read. The checksum is what Python's
  /// zlib.crc32 gives for the bytes before it.
  @Test func theFormatIsKept() throws {
    let (text, _) = try line(type: Array("app".utf8), id: Array("7".utf8))
    #expect(
      text == #"{"schema":1,"key":"loginLog_2017-10_app_7","#
        + #""key_hex":"6c6f67696e4c6f675f323031372d31305f6170705f37","month":"2017-10","#
        + #""type":"app","id":"7","bitmap":"40000040","days":[1,25],"#
        + #""logged_at":"2026-11-20T03:04:05Z","checksum":"4c9da042"}"#)
  }

  private static let oddIDs: [[UInt8]] = [
    Array("7".utf8), Array("a_b".utf8), Array("\u{1B}[2J\n\r\t\u{0}".utf8), [0xFF, 0xFE],
    Array(#"","key_hex":"00","checksum":"00000000"}"#.utf8), Array("😀\u{202E}\"\\".utf8),
    Array("\\".utf8), [UInt8](repeating: 0x9B, count: 128),
  ]

  @Test(arguments: oddIDs)
  func aLineIsReadBackExactly(id: [UInt8]) throws {
    let (text, key) = try line(type: Array("app".utf8), id: id, bitmap: [0x40, 0, 0, 0x40, 0])
    let read = try ExpiryLogLine(text)
    #expect(read.key == key)
    #expect(read.month == october)
    #expect(read.bitmap.bytes == [0x40, 0, 0, 0x40, 0])
  }

  @Test(arguments: oddIDs)
  func aLineIsOneHarmlessJSONObject(id: [UInt8]) throws {
    let (text, key) = try line(type: Array("app".utf8), id: id)
    let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
    #expect(object?["id"] as? String == String(decoding: id, as: UTF8.self))
    #expect(object?["key"] as? String == String(decoding: key, as: UTF8.self))
    #expect(object?["days"] as? [Int] == [1, 25])
    #expect(
      text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F..<0xA0).contains($0.value) })
    #expect(!text.unicodeScalars.contains("\u{202E}"))
  }

  @Test func aTornLineIsRefusedWhereverItIsTorn() throws {
    let (text, _) = try line(type: Array("app".utf8), id: Array("7".utf8))
    for length in 0..<text.count {
      #expect(throws: ExpiryLogFault.torn) { try ExpiryLogLine(String(text.prefix(length))) }
    }
  }

  @Test func anAlteredByteIsNoticedWhereverItIs() throws {
    let (text, _) = try line(type: Array("app".utf8), id: Array("7".utf8))
    let bytes = Array(text.utf8)
    for position in bytes.indices {
      var altered = bytes
      altered[position] ^= 1
      #expect(throws: ExpiryLogFault.self) {
        try ExpiryLogLine(String(decoding: altered, as: UTF8.self))
      }
    }
  }

  @Test func aLineOfALaterVersionIsNotGuessedAt() throws {
    let signed = #"{"schema":2,"key_hex":"00","month":"2017-10","bitmap":"40""#
    let line = signed + #","checksum":"\#(String(crc32(signed.utf8), radix: 16))"}"#
    #expect(throws: ExpiryLogFault.unknownSchema) { try ExpiryLogLine(line) }
  }

  @Test(arguments: ["", "garbage", "{}", #"{"schema":1}"#, #"{"schema":1,"checksum":"00000000"}"#])
  func whatIsNoLineIsRefused(text: String) {
    #expect(throws: ExpiryLogFault.self) { try ExpiryLogLine(text) }
  }

  @Test func aCarriageReturnBehindALineIsNoPartOfIt() throws {
    let (text, _) = try line(type: Array("app".utf8), id: Array("7".utf8))
    #expect(throws: ExpiryLogFault.torn) { try ExpiryLogLine(text + "\r") }
  }
}
