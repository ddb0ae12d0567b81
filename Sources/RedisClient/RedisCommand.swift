/// One command: its name and its arguments, all bytes.
public struct RedisCommand: Sendable, Equatable {
  public var words: [[UInt8]]

  public init(_ name: String, _ arguments: [[UInt8]] = []) {
    words = [Array(name.utf8)] + arguments
  }

  /// For messages: the name and the first argument, usually the key, and nothing after it, where
  /// values and passwords stand.
  var summary: String {
    let name = printable(words.first ?? [])
    guard words.count > 1, !["AUTH", "HELLO", "EVAL", "SCRIPT"].contains(name.uppercased()) else {
      return name
    }
    return name + " " + printable(words[1])
  }

  /// Appends the command as RESP, an array of bulk strings: `*2\r\n$3\r\nGET\r\n$1\r\na\r\n`.
  func append(to buffer: inout [UInt8]) {
    appendHead("*", words.count, to: &buffer)
    for word in words {
      appendHead("$", word.count, to: &buffer)
      buffer.append(contentsOf: word)
      buffer.append(0x0d)
      buffer.append(0x0a)
    }
  }
}

/// `*3\r\n` or `$12\r\n`.
func appendHead(_ mark: Unicode.Scalar, _ count: Int, to buffer: inout [UInt8]) {
  buffer.append(UInt8(ascii: mark))
  // Digits by hand: a string for each of a million small numbers is what a pipeline would spend its
  // time on.
  var divisor = 1
  while count / divisor >= 10 { divisor *= 10 }
  while divisor > 0 {
    buffer.append(UInt8(ascii: "0") + UInt8(count / divisor % 10))
    divisor /= 10
  }
  buffer.append(0x0d)
  buffer.append(0x0a)
}

/// Bytes for people: printable ASCII as it is, all else as `\xHH`, cut after `limit` bytes.
func printable(_ bytes: [UInt8], limit: Int = 80) -> String {
  var result = ""
  for byte in bytes.prefix(limit) {
    if (0x20..<0x7f).contains(byte), byte != UInt8(ascii: "\\") {
      result.unicodeScalars.append(Unicode.Scalar(byte))
    } else {
      result += "\\x" + PercentCoding.hex(byte)
    }
  }
  return bytes.count > limit ? result + "…" : result
}
