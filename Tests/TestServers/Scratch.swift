import Glibc
import Synchronization

/// A file without a name: what a child reads or writes.
///
/// Files instead of pipes, because a file takes any amount without anybody reading at the other end.
final class Scratch: Sendable {
  let descriptor: Int32

  init(holding text: String = "") throws {
    let number = Self.count.wrappingAdd(1, ordering: .relaxed).newValue
    let path = "\(PrivateFolder.base)/tally-scratch-\(getpid())-\(number)"
    descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw TestFailure("\(path): \(lastError())") }
    unlink(path)
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      guard written > 0 else { throw TestFailure("write: \(lastError())") }
      rest = rest.dropFirst(written)
    }
    lseek(descriptor, 0, SEEK_SET)
  }

  private static let count = Atomic(0)

  deinit { close(descriptor) }

  /// Everything written so far.
  var text: String {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
      let count = pread(descriptor, &buffer, buffer.count, bytes.count)
      guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
      bytes += buffer[..<count]
    }
  }
}
