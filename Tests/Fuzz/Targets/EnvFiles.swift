import Glibc
import Jobs
import TestServers

@testable import tally

extension FuzzTarget {
  /// The file with the settings, which may hold a password: no error repeats what stands in it, and
  /// what is read, written again in quotes, is read the same.
  ///
  /// Input: the file, in which a byte 1 stands for a secret.
  static let envFiles = FuzzTarget("env-files", suiteRuns: 2000) { input in
    let bytes = input.flatMap { $0 == 1 ? Array(secret.utf8) : [$0] }
    do {
      let values = try read(bytes)
      for name in values.keys { try require(isName(name), "\(name.debugDescription) is a name") }
      let lines = values.map { "export  \($0.key)=\"\($0.value)\"\r\n" }
      try require(
        try read(Array(lines.joined().utf8)), equals: values, "the values, written again")
    } catch let error as JobFailure {
      let text = "\(error) \(error.message) \(error.hint ?? "")"
      try require(!text.contains(secret), "the error repeats the secret: \(text)")
    }
  }
}

private let secret = "Geheim7"

private func isName(_ text: String) -> Bool {
  let bytes = Array(text.utf8)
  let isLetter = { (byte: UInt8) in byte == 0x5F || (0x61...0x7A).contains(byte | 0x20) }
  return bytes.first.map(isLetter) ?? false
    && bytes.allSatisfy { isLetter($0) || (0x30...0x39).contains($0) }
}

private let folder = Result { try PrivateFolder.make() }

/// Through a file without a name, because a file is what is read.
private func read(_ bytes: [UInt8]) throws -> [String: String] {
  var template = Array("\(try folder.get())/XXXXXX".utf8CString)
  let descriptor = mkstemp(&template)
  guard descriptor >= 0 else { throw TestFailure("mkstemp: errno \(errno)") }
  defer { close(descriptor) }
  unlink(template)
  guard write(descriptor, bytes, bytes.count) == bytes.count else {
    throw TestFailure("write: errno \(errno)")
  }
  return try readEnvFile("/proc/self/fd/\(descriptor)")
}
