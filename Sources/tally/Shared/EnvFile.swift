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
private func contents(of descriptor: Int32, _ path: String) throws(JobFailure) -> [UInt8] {
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
  bytes.removeLast(bytes.count - length)
  return bytes
}

/// Empty lines and comments are passed over, `export` in front is allowed, and one pair of quotes
/// around a value is taken off: a shell needs them around the `&` of a URL.
///
/// Byte by byte: as characters, a quote could merge with a mark before it and be one no more.
private func parse(_ text: [UInt8], _ path: String) throws(JobFailure) -> [String: String] {
  var values: [String: String] = [:]
  let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
  for (index, line) in lines.enumerated() {
    var rest = trimmed(line)
    if rest.isEmpty || rest.first == UInt8(ascii: "#") { continue }
    if rest.starts(with: "export ".utf8) { rest = trimmed(rest.dropFirst(7)) }
    guard let equals = rest.firstIndex(of: UInt8(ascii: "=")), isName(rest[..<equals]) else {
      // The line itself is not shown: it may be a password.
      throw JobFailure(
        .configuration, "env file \(path): line \(index + 1) is not KEY=value",
        hint: "Comments begin with #; a value may stand in single or double quotes.")
    }
    let name = String(decoding: rest[..<equals], as: UTF8.self)
    let bytes = unquoted(trimmed(rest[equals...].dropFirst()))
    guard let value = String(validating: bytes, as: UTF8.self) else {
      throw JobFailure(
        .configuration, "env file \(path): line \(index + 1) is not UTF-8",
        hint: "In a URL such bytes are written as %XX.")
    }
    values[name] = value
  }
  return values
}

private func isName(_ text: ArraySlice<UInt8>) -> Bool {
  guard let first = text.first, !isDigit(first) else { return false }
  return text.allSatisfy { byte in
    isDigit(byte) || byte == UInt8(ascii: "_")
      || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }
}

private func isDigit(_ byte: UInt8) -> Bool {
  (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
}

private func unquoted(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
  guard text.count >= 2, let quote = text.first, text.last == quote,
    quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'")
  else { return text }
  return text.dropFirst().dropLast()
}

/// Without the blanks at both ends; the carriage return of a file from Windows is one.
private func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
  let isBlank = { (byte: UInt8) in
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
  }
  var text = text.drop(while: isBlank)
  while let last = text.last, isBlank(last) { text.removeLast() }
  return text
}
