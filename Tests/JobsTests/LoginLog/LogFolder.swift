import Foundation

/// A folder of a test's own for expiry logs, removed with the last reference to it.
final class LogFolder: Sendable {
  let path: String
  static let logName = "loginlog-expired-2026-11-20.jsonl"

  init() throws {
    path = NSTemporaryDirectory() + "/tally-log-" + UUID().uuidString
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Where the log of 2026-11-20 lies.
  var log: String { path + "/" + LogFolder.logName }

  /// The log as text; nil where there is no file.
  var text: String? {
    FileManager.default.contents(atPath: log).map { String(decoding: $0, as: UTF8.self) }
  }

  /// The whole lines of the log.
  var lines: [String] { (text ?? "").split(separator: "\n").map(String.init) }

  func put(_ text: String) throws { try Data(text.utf8).write(to: URL(fileURLWithPath: log)) }

  /// Makes the log so long that the file system takes `byteCount` bytes more and then answers EFBIG:
  /// a real full file, without filling a disk.
  func putFullLog(leaving byteCount: Int64) throws {
    let file = open(log, O_RDWR | O_CREAT, 0o600)
    guard file >= 0 else { throw POSIXError(.EIO) }
    defer { close(file) }
    // The longest file there can be, found bit by bit.
    var size: Int64 = 0
    var step = Int64(1) << 62
    while step > 0 {
      if ftruncate(file, Int(size + step)) == 0 { size += step }
      step /= 2
    }
    guard size > byteCount, ftruncate(file, Int(size - byteCount)) == 0,
      pwrite(file, "\n", 1, Int(size - byteCount - 1)) == 1
    else { throw POSIXError(.EFBIG) }
  }
}
