/// How the bytes of a protocol fall into messages.
extension FaultProxy {
  public enum Wire: Sendable {
    case redis
    case mysql

    /// How many bytes the first message takes; nil while it is not whole.
    func lengthOfFirst(_ bytes: ArraySlice<UInt8>) -> Int? {
      switch self {
      case .redis: lengthOfValue(bytes)
      case .mysql: lengthOfPacket(bytes)
      }
    }

    /// Whether a server answers such a message at all.
    func isAnswered(_ text: String) -> Bool {
      self == .redis || !["QUIT", "CLOSE"].contains(text)
    }

    /// What a whole message of a client says, for people and for picking messages by their text.
    func text(of message: ArraySlice<UInt8>) -> String {
      switch self {
      case .redis: readable(message)
      case .mysql: textOfPacket(message)
      }
    }
  }
}

/// A RESP value: `+OK`, `-ERR …`, `:7`, `$3` and its bytes, `*2` and its values, each line ended by
/// CR LF. A command is an array of byte strings.
/// Source: <https://redis.io/docs/latest/develop/reference/protocol-spec/>
private func lengthOfValue(_ bytes: ArraySlice<UInt8>) -> Int? {
  guard let kind = bytes.first, let end = bytes.firstIndex(of: UInt8(ascii: "\n")) else {
    return nil
  }
  let head = end + 1 - bytes.startIndex
  let number = Int(String(decoding: bytes[..<end].dropFirst().dropLast(), as: UTF8.self)) ?? 0
  switch kind {
  case UInt8(ascii: "$"):
    // -1 stands for no value.
    let whole = number < 0 ? head : head + number + 2
    return bytes.count >= whole ? whole : nil
  case UInt8(ascii: "*"):
    var length = head
    for _ in 0..<max(0, number) {
      guard let part = lengthOfValue(bytes.dropFirst(length)) else { return nil }
      length += part
    }
    return length
  default: return head
  }
}

/// A MySQL packet: 3 bytes of length, the lowest first, 1 of sequence, then its content.
/// Source: <https://mariadb.com/kb/en/0-packet/>
private func lengthOfPacket(_ bytes: ArraySlice<UInt8>) -> Int? {
  let head = Array(bytes.prefix(4))
  guard head.count == 4 else { return nil }
  let length = 4 + Int(head[0]) + Int(head[1]) << 8 + Int(head[2]) << 16
  return bytes.count >= length ? length : nil
}

private func textOfPacket(_ packet: ArraySlice<UInt8>) -> String {
  let content = packet.dropFirst(4)
  // A command begins a new sequence; what goes on in one belongs to the login.
  guard packet.dropFirst(3).first == 0, let command = content.first else { return "LOGIN" }
  switch command {
  case 1: return "QUIT"
  case 3: return readable(content.dropFirst())
  // A prepared statement: its text, then its values as often as it is carried out, then its end.
  case 22: return "PREPARE " + readable(content.dropFirst())
  case 23: return "EXECUTE"
  case 25: return "CLOSE"
  default: return "COMMAND \(command)"
  }
}

/// Line ends as spaces: a command is then told by its words.
private func readable(_ bytes: ArraySlice<UInt8>) -> String {
  let text = bytes.prefix(4000).map { (0x20..<0x7f).contains($0) ? $0 : UInt8(ascii: ".") }
  return String(decoding: text, as: UTF8.self)
}
