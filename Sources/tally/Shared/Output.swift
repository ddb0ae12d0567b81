import Glibc
import Jobs

/// Writes all of `text` to stdout; `print` would lose it on a full disk without a word.
func writeToStdout(_ text: String) throws(JobFailure) {
  guard let code = writeAll(text, to: STDOUT_FILENO) else { return }
  throw JobFailure(.inputOutput, "stdout: \(String(cString: strerror(code)))")
}

/// Writes all of `text` to stderr. Where that fails there is nobody left to tell.
func writeToStderr(_ text: String) { _ = writeAll(text, to: STDERR_FILENO) }

/// Names an error in one line, and in a second one what to do about it.
func complain(about error: any Error) {
  let hint = hint(for: error).map { "HINT: \(harmless($0))\n" }
  writeToStderr("tally: error: \(harmless("\(error)"))\n" + (hint ?? ""))
}

/// One line of text as it may be shown: an error may quote a path, a key or a server's words, and
/// those may hold what drives a terminal. C0, DEL, C1, line separators and the controls of writing
/// direction stand as `\u{1B}`.
func harmless(_ text: String) -> String {
  var shown = ""
  for scalar in text.unicodeScalars {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0, 0x61C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF:
      shown += scalar.escaped(asASCII: true)
    default: shown.unicodeScalars.append(scalar)
    }
  }
  return shown
}

/// Returns the error number where not all could be written.
func writeAll(_ text: String, to descriptor: Int32) -> Int32? {
  var bytes = Array(text.utf8)[...]
  while !bytes.isEmpty {
    let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    if count < 0 {
      if errno == EINTR { continue }
      return errno
    }
    bytes = bytes.dropFirst(count)
  }
  return nil
}

/// Collects text for stdout and writes it in pieces of 64 KB: a system call for each of a million lines
/// would take longer than making them.
struct BufferedOutput {
  private var text = ""

  mutating func write(_ more: String) throws(JobFailure) {
    text += more
    if text.utf8.count >= 1 << 16 { try flush() }
  }

  /// Call once at the end.
  mutating func flush() throws(JobFailure) {
    let written = text
    text.removeAll(keepingCapacity: true)
    if !written.isEmpty { try writeToStdout(written) }
  }
}
