import Glibc
import Jobs

/// Reads a file of `KEY=value` lines: the same file serves crontab, systemd and a shell.
///
/// Since it may hold passwords it is refused (exit 77) unless it is a regular file that belongs to us
/// or to root and that nobody else can touch. What is checked is the opened file, so that it cannot
/// be exchanged between check and reading.
func readEnvFile(_ path: String) throws(JobFailure) -> [String: String] {
  // O_NONBLOCK: opening a FIFO must not wait for ever.
  let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
  guard descriptor >= 0 else {
    let code = errno
    throw JobFailure(
      code == EACCES ? .noPermission : .configuration,
      "env file \(path): \(String(cString: strerror(code)))")
  }
  defer { close(descriptor) }
  try checkPrivate(descriptor, path)
  return try parse(try contents(of: descriptor, path), path)
}

private func checkPrivate(_ descriptor: Int32, _ path: String) throws(JobFailure) {
  var status = stat()
  guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
    throw JobFailure(.noPermission, "env file \(path): not a regular file")
  }
  guard status.st_uid == geteuid() || status.st_uid == 0 else {
    throw JobFailure(
      .noPermission, "env file \(path): belongs to user \(status.st_uid), not to us or root",
      hint: "`chown` it to the user that runs tally.")
  }
  guard status.st_mode & 0o077 == 0 else {
    let mode = String(status.st_mode & 0o777, radix: 8)
    throw JobFailure(
      .noPermission, "env file \(path): others may touch it (mode \(mode))",
      hint: "It may hold passwords: `chmod 600 \(path)`.")
  }
}

/// At most 64 KB: whatever is longer is not this file.
private func contents(of descriptor: Int32, _ path: String) throws(JobFailure) -> String {
  var bytes = [UInt8](repeating: 0, count: 65_537)
  var length = 0
  while length < bytes.count {
    let count = bytes.withUnsafeMutableBytes {
      read(descriptor, $0.baseAddress! + length, $0.count - length)
    }
    guard count >= 0 else {
      throw JobFailure(.inputOutput, "env file \(path): \(String(cString: strerror(errno)))")
    }
    if count == 0 { break }
    length += count
  }
  guard length < bytes.count else {
    throw JobFailure(.configuration, "env file \(path): longer than 64 KB")
  }
  return String(decoding: bytes[..<length], as: UTF8.self)
}

/// Empty lines and comments are passed over, `export` in front is allowed, and one pair of quotes
/// around a value is taken off: a shell needs them around the `&` of a URL.
private func parse(_ text: String, _ path: String) throws(JobFailure) -> [String: String] {
  var values: [String: String] = [:]
  let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
  for (index, line) in lines.enumerated() {
    var rest = trimmed(line)
    if rest.isEmpty || rest.first == "#" { continue }
    if rest.hasPrefix("export ") { rest = trimmed(rest.dropFirst(7)) }
    guard let equals = rest.firstIndex(of: "="), isName(rest[..<equals]) else {
      // The line itself is not shown: it may be a password.
      throw JobFailure(
        .configuration, "env file \(path): line \(index + 1) is not KEY=value",
        hint: "Comments begin with #; a value may stand in single or double quotes.")
    }
    values[String(rest[..<equals])] = unquoted(trimmed(rest[equals...].dropFirst()))
  }
  return values
}

private func isName(_ text: Substring) -> Bool {
  !text.isEmpty && !text.first!.isNumber
    && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
}

private func unquoted(_ text: Substring) -> String {
  guard text.count >= 2, let quote = text.first, quote == "\"" || quote == "'", text.last == quote
  else { return String(text) }
  return String(text.dropFirst().dropLast())
}

private func trimmed(_ text: Substring) -> Substring {
  var text = text
  while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
  while let last = text.last, last == " " || last == "\t" { text.removeLast() }
  return text
}
