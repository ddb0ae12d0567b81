import Glibc
import Jobs

/// A file that its readers see whole: written under another name beside it, synced, then renamed. Until
/// then an old one stays as it is, and if we die, all that is left is a file with `.tally-` in its name.
final class WholeFile {
  private let path: String
  private let draft: String
  private let descriptor: Int32
  private var isOpen = true

  init(_ path: String) throws(JobFailure) {
    self.path = path
    draft = "\(path).tally-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    // As any new file: 0666 less the umask.
    descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw JobFailure(.cannotCreate, "\(path): \(String(cString: strerror(errno)))")
    }
  }

  /// Without `finish` nothing is left of it.
  deinit {
    guard isOpen else { return }
    close(descriptor)
    unlink(draft)
  }

  func write(_ text: String) throws(JobFailure) {
    if let code = writeAll(text, to: descriptor) { throw failure(code) }
  }

  /// Call once at the end.
  func finish() throws(JobFailure) {
    guard fsync(descriptor) == 0 else { throw failure(errno) }
    isOpen = false
    guard close(descriptor) == 0, rename(draft, path) == 0 else {
      let code = errno
      unlink(draft)
      throw failure(code)
    }
  }

  private func failure(_ code: Int32) -> JobFailure {
    JobFailure(.inputOutput, "\(path): \(String(cString: strerror(code)))")
  }
}
