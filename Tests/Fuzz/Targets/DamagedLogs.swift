import Jobs
import Rules

extension FuzzTarget {
  /// A log that was torn, overwritten, copied with other line ends or mixed with garbage: every line
  /// that is still accepted is one that was written, and none is taken for another.
  ///
  /// Input: how the log is damaged, four bytes a time: what is done, where (two bytes), with what.
  static let damagedLogs = FuzzTarget("damaged-logs") { input in
    var log = intact
    var rest = input[...]
    while rest.count >= 4, log.count < 1 << 14 {
      let damage = Array(rest.prefix(4))
      rest = rest.dropFirst(4)
      inflict(damage, on: &log)
    }
    for line in log.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      guard let read = try? ExpiryLogLine(String(decoding: line, as: UTF8.self)) else { continue }
      try require(written.contains(read), "a line is accepted that nobody wrote")
    }
  }
}

private func inflict(_ damage: [UInt8], on log: inout [UInt8]) {
  let position = min(log.count, Int(damage[1]) << 8 | Int(damage[2]))
  let value = damage[3]
  let end = min(log.count, position + Int(value))
  switch damage[0] % 6 {
  case 0: log.insert(value, at: position)
  case 1: log.replaceSubrange(position..<min(log.count, position + 1), with: [value])
  case 2: log.removeSubrange(position..<end)
  case 3: log.removeSubrange(position...)
  case 4: log.insert(contentsOf: Array(log[position..<end]), at: log.count)
  default: log = Array(log.split(separator: UInt8(ascii: "\n")).joined(separator: "\r\n".utf8))
  }
}

/// Three lines: a plain one, one whose id would like to be a line itself, one that is no UTF-8.
private let texts: [String] = [
  text(id: Array("7".utf8), bitmap: [0x40, 0, 0, 0x40]),
  text(id: Array("\",\"key_hex\":\"00\",\"month\":\"1999-01\"}\n".utf8), bitmap: [0x20]),
  text(id: [0xFF, 0xFE, 0x0D, 0x0A], bitmap: [0, 0, 0, 0x80, 0, 0]),
]

private func text(id: [UInt8], bitmap: [UInt8]) -> String {
  let month = Month("2017-10")!
  return ExpiryLogLine.text(
    key: Array("loginLog_2017-10_app_".utf8) + id,
    userMonth: UserMonth(month: month, user: UserKey(type: Array("app".utf8), id: id)!),
    bitmap: try! LoginBitmap(bytes: bitmap, of: month), loggedAt: 1_795_143_845)
}

private let intact: [UInt8] = texts.flatMap { Array($0.utf8) + [UInt8(ascii: "\n")] }
private let written: [ExpiryLogLine] = texts.map { try! ExpiryLogLine($0) }
