import ArgumentParser
import Glibc
import Rules

/// Whom a question is about: the two first arguments of every command that asks about one user.
struct UserArguments: ParsableArguments {
  @Argument(
    help: "The type of user, such as client: 1 to 32 bytes, none of them _.",
    transform: readUserType)
  var type: [UInt8]

  @Argument(
    help: "The user's id: 1 to 128 bytes. One that begins with - goes behind --.",
    transform: readUserID)
  var id: [UInt8]

  func user() throws -> UserKey {
    guard let user = UserKey(type: type, id: id) else {
      throw ValidationError("accepted is a type of 1 to 32 bytes without _ and an id of 1 to 128")
    }
    return user
  }

  func validate() throws { _ = try user() }
}

func readUserType(_ text: String) throws -> [UInt8] {
  let bytes = try rawArgument(text)
  guard UserKey(type: bytes, id: [UInt8(ascii: "1")]) != nil else {
    throw ValidationError("accepted is a type of 1 to \(UserKey.typeByteCountMax) bytes without _")
  }
  return bytes
}

func readUserID(_ text: String) throws -> [UInt8] {
  let bytes = try rawArgument(text)
  guard (1...UserKey.idByteCountMax).contains(bytes.count) else {
    throw ValidationError("accepted is an id of 1 to \(UserKey.idByteCountMax) bytes")
  }
  return bytes
}

/// The bytes of an argument as the shell gave them.
///
/// The parser works on text, in which what is no UTF-8 stands as U+FFFD; the id of another user would
/// be asked for. Only then the words of the command line are looked through for the one it came from.
func rawArgument(_ text: String) throws -> [UInt8] {
  let bytes = Array(text.utf8)
  guard text.unicodeScalars.contains("\u{FFFD}") else { return bytes }
  var found: Set<[UInt8]> = []
  for index in 1..<Int(max(1, CommandLine.argc)) {
    guard let word = CommandLine.unsafeArgv[index] else { continue }
    let raw = UnsafeBufferPointer(start: word, count: strlen(word)).map(UInt8.init(bitPattern:))
    // The value of `--type=…` begins behind its sign.
    let value = raw.firstIndex(of: UInt8(ascii: "=")).map { Array(raw[($0 + 1)...]) }
    for candidate in [raw, value ?? raw]
    where String(decoding: candidate, as: UTF8.self).utf8.elementsEqual(bytes) {
      found.insert(candidate)
    }
  }
  guard let only = found.first, found.count == 1 else {
    throw ValidationError("its bytes cannot be told from those of another argument")
  }
  return only
}
