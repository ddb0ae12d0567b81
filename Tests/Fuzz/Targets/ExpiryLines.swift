import Jobs
import Rules

extension FuzzTarget {
  /// A line of the expiry log is all that is left of a bitmap: reading it never crashes, even where
  /// somebody forged the checksum, and what is written is read back exactly.
  ///
  /// Input: a line; once as it is, once with its checksum made right, once as the parts of a bitmap.
  static let expiryLines = FuzzTarget("expiry-lines") { input in
    try read(String(decoding: input, as: UTF8.self))
    try read(signed(input))
    try writtenAndRead(input)
  }
}

private func read(_ text: String) throws {
  guard let line = try? ExpiryLogLine(text) else { return }
  let again = ExpiryLogLine.text(
    key: line.key, userMonth: UserMonth(month: line.month, user: someUser), bitmap: line.bitmap,
    loggedAt: 0)
  try require(try ExpiryLogLine(again), equals: line, "the line, written again and read")
}

private let someUser = UserKey(type: Array("app".utf8), id: Array("7".utf8))!

/// The line as one that passes the checksum: what stands before the last `,"checksum"`, signed.
private func signed(_ input: [UInt8]) -> String {
  // The sum is that of the text: bytes that are no UTF-8 have become U+FFFD.
  var text = Array(String(decoding: input, as: UTF8.self).utf8)
  let tail = Array(#","checksum":""#.utf8)
  let ends = text.indices.reversed().lazy.filter { text[$0...].starts(with: tail) }
  if let end = ends.first { text.removeSubrange(end...) }
  let digits = String(crc32(text), radix: 16)
  text += tail + Array(repeating: UInt8(ascii: "0"), count: 8 - digits.utf8.count) + digits.utf8
  return String(decoding: text + #""}"#.utf8, as: UTF8.self)
}

/// Takes the input for a month, the bytes of a bitmap, and then type and id with a `_` between.
private func writtenAndRead(_ input: [UInt8]) throws {
  let month = Month(index: 1970 * 12 + Int(input.first ?? 0))
  let user = input.dropFirst(5)
  let type = user.prefix { $0 != UInt8(ascii: "_") }
  guard let bitmap = try? LoginBitmap(bytes: input.dropFirst().prefix(4), of: month),
    let user = UserKey(type: type, id: user.dropFirst(type.count + 1))
  else { return }
  let text = ExpiryLogLine.text(
    key: input, userMonth: UserMonth(month: month, user: user), bitmap: bitmap,
    loggedAt: Int(crc32(input)))
  let line = try ExpiryLogLine(text)
  try require(line.key, equals: input, "the key, written and read")
  try require(line.month, equals: month, "the month, written and read")
  try require(line.bitmap.bytes, equals: bitmap.bytes, "the bitmap, written and read")
  try require(isHarmless(text), "a control character stands in \(text.debugDescription)")
}
