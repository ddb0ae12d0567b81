internal import Rules

/// One user's days in one month, in the order of users.
///
/// As bytes: length of the type (1), length of the id (1), month (4), days (4), type, id; numbers with
/// their lowest byte first.
struct LoginRecord: Comparable {
  static let headBytes = 10
  static let bytesMax = headBytes + UserKey.typeByteCountMax + UserKey.idByteCountMax

  let user: UserKey
  let month: Month
  var days: LoginDays

  /// By user, then by month.
  static func < (a: LoginRecord, b: LoginRecord) -> Bool {
    if a.user < b.user { return true }
    return a.month < b.month && a.user == b.user
  }

  func append(to buffer: inout [UInt8]) {
    buffer.append(UInt8(user.type.count))
    buffer.append(UInt8(user.id.count))
    for number in [UInt32(truncatingIfNeeded: month.index), days.bits] {
      for shift in stride(from: 0, to: 32, by: 8) {
        buffer.append(UInt8(truncatingIfNeeded: number >> UInt32(shift)))
      }
    }
    buffer += user.type
    buffer += user.id
  }

  /// Reads the record at the beginning of `bytes` and says how long it is; nil where it is not whole.
  static func read(_ bytes: ArraySlice<UInt8>) -> (record: LoginRecord, byteCount: Int)? {
    let start = bytes.startIndex
    guard bytes.count >= headBytes else { return nil }
    func number(_ offset: Int) -> UInt32 {
      (0..<4).reduce(0) { $0 | UInt32(bytes[start + offset + $1]) << UInt32(8 * $1) }
    }
    let typeEnd = headBytes + Int(bytes[start])
    let end = typeEnd + Int(bytes[start + 1])
    guard bytes.count >= end,
      let user = UserKey(
        type: bytes[start + headBytes..<start + typeEnd], id: bytes[start + typeEnd..<start + end])
    else { return nil }
    let record = LoginRecord(
      user: user, month: Month(index: Int(number(2))), days: LoginDays(bits: number(6)))
    return (record, end)
  }
}
