public import Rules

/// One bitmap that left Redis, as a line of the expiry log: enough to put it back.
///
/// Shape, one JSON object a line, fields in this order:
///
///     {"schema":1,"key":"loginLog_2017-10_app_7","key_hex":"6c6f…","month":"2017-10","type":"app",
///     "id":"7","bitmap":"40000040","days":[1,25],"logged_at":"2026-11-20T03:04:05Z",
///     "checksum":"4c9da042"}
///
/// `key_hex` and `bitmap` are the exact bytes Redis held. `key`, `type` and `id` are for people: bytes
/// that are no UTF-8 stand there as U+FFFD. `checksum` is the CRC-32 of all bytes of the line before
/// `,"checksum"`, so that a torn or edited line is told from a whole one.
public struct ExpiryLogLine: Equatable, Sendable {
  public let key: [UInt8]
  public let month: Month
  public let bitmap: LoginBitmap

  /// The line for a bitmap, without its newline. `loggedAt` is in seconds since 1970.
  public static func text(
    key: [UInt8], userMonth: UserMonth, bitmap: LoginBitmap, loggedAt: Int
  ) -> String {
    let writer = Writer(of: LoginGroup(of: userMonth), stem: key, loggedAt: loggedAt)
    let nothing: [UInt8] = []
    var line: [UInt8] = []
    writer.append(keyEnd: nothing.span, userMonth.user.id.span, bitmap, to: &line)
    return String(decoding: line, as: UTF8.self)
  }

  /// Reads a line that `text` wrote, without its newline; anything else is told why it is none.
  ///
  /// The checksum is looked at first. What passes it was written by `text`, where a quotation mark
  /// inside a value always has a backslash before it: `,"key_hex":"` can only be that field.
  public init(_ line: String) throws(ExpiryLogFault) {
    let tail = #","checksum":""#
    let bytes = line.utf8
    let tailByteCount = tail.utf8.count + 8 + 2
    guard line.hasPrefix(#"{"schema":"#), line.hasSuffix(#""}"#), bytes.count > tailByteCount
    else { throw .torn }
    let signed = bytes.dropLast(tailByteCount)
    let signature = bytes.suffix(tailByteCount).dropLast(2)
    guard signature.starts(with: tail.utf8) else { throw .torn }
    let checksum = crc32(signed)
    let digits = hex((0..<4).map { UInt8(truncatingIfNeeded: checksum >> (24 - 8 * $0)) })
    guard signature.suffix(8).elementsEqual(digits.utf8) else {
      throw .wrongChecksum
    }
    guard line.hasPrefix(#"{"schema":1,"#) else { throw .unknownSchema }
    guard let key = ExpiryLogLine.field("key_hex", of: signed).flatMap({ Rules.bytes(hex: $0) }),
      let month = ExpiryLogLine.field("month", of: signed).flatMap({ Month($0) }),
      let held = ExpiryLogLine.field("bitmap", of: signed).flatMap({ Rules.bytes(hex: $0) }),
      let bitmap = try? LoginBitmap(bytes: held, of: month)
    else { throw .missingField }
    self.key = key
    self.month = month
    self.bitmap = bitmap
  }

  private static func field(_ name: String, of line: Substring.UTF8View) -> String? {
    let text = Substring(line)
    let opening = #","\#(name)":""#
    guard let start = text.utf8.firstRange(of: opening.utf8)?.upperBound,
      let end = text.utf8[start...].firstIndex(of: UInt8(ascii: "\""))
    else { return nil }
    return String(text[start..<end])
  }
}

/// Why a line is none of the expiry log.
public enum ExpiryLogFault: Error, Equatable, Sendable {
  /// It does not end, or begin, as every line does: the run died, or the disk was full.
  case torn
  case wrongChecksum
  /// Written by a later version.
  case unknownSchema
  case missingField
}
