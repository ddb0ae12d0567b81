import RedisClient

extension FuzzTarget {
  /// A server may answer anything: what is whole RESP is read exactly, anything else is an error, and
  /// neither crashes or takes memory for what was only announced.
  ///
  /// Input: a letter for what is asked (`g` GET, `t` TIME, `i` INFO, `s` SCAN, `p` three commands at
  /// once), then the answer.
  static let replies = FuzzTarget("replies", suiteRuns: 600) { input in
    let answer = Array(input.dropFirst())
    try server.get().saying(Array("+PONG\r\n".utf8) + answer) {
      let connection = try RedisConnection(
        RedisEndpoint(address: .unix(path: try server.get().socketPath)), tries: 1)
      switch input.first {
      case UInt8(ascii: "t"): _ = try? connection.serverTimeMicroseconds()
      case UInt8(ascii: "i"):
        let info = try? connection.serverInfo()
        _ = (info?.evictedKeys, info?.keyCount(database: 0))
      case UInt8(ascii: "s"): try? connection.scan(matching: [0x2A]) { _, _ in }
      case UInt8(ascii: "p"):
        let get = RedisCommand("GET", [[0x61]])
        let replies = (try? connection.pipeline([get, get, get])) ?? []
        try compare(replies, with: answer, count: 3)
      default:
        let reply = try? connection.send(RedisCommand("GET", [[0x61]]))
        try compare(reply.map { [$0] } ?? [], with: answer, count: 1)
      }
    }
  }
}

private let server = Result { try ScriptedServer() }

/// Compares what was read (nothing after an error) with what the plainest reader makes of it.
private func compare(_ replies: [RedisReply], with answer: [UInt8], count: Int) throws {
  var reader = PlainReader(rest: answer[...])
  var expected: [RedisReply] = []
  for _ in 0..<count {
    guard let reply = reader.reply(depth: 1) else { break }
    expected.append(reply)
  }
  if replies.isEmpty {
    // Of several replies, only this one is an error of them all.
    let isRefusal =
      expected.first?.errorCode.map { count == 1 || $0.hasPrefix("LOADING") } ?? false
    try require(
      expected.count < count || isRefusal || reader.isBeyondLimits, "refused: \(expected)")
  } else {
    try require(replies, equals: expected, "the replies")
  }
}

/// RESP2 as its page describes it.
/// Source: <https://redis.io/docs/latest/develop/reference/protocol-spec/>
private struct PlainReader {
  var rest: ArraySlice<UInt8>
  /// More arrays within arrays than the client takes.
  var isBeyondLimits = false

  /// Nil where no whole reply stands.
  mutating func reply(depth: Int) -> RedisReply? {
    guard let line = line(), let mark = line.first else { return nil }
    let text = line.dropFirst()
    switch mark {
    case UInt8(ascii: "+"): return .status(String(decoding: text, as: UTF8.self))
    case UInt8(ascii: "-"): return .error(String(decoding: text, as: UTF8.self))
    case UInt8(ascii: ":"): return number(text).map { .integer($0) }
    case UInt8(ascii: "$"): return bulk(text)
    case UInt8(ascii: "*"): return array(text, depth: depth)
    default: return nil
    }
  }

  private mutating func bulk(_ text: ArraySlice<UInt8>) -> RedisReply? {
    guard let length = number(text) else { return nil }
    if length == -1 { return .null }
    guard length >= 0, length <= rest.count - 2 else { return nil }
    let bytes = rest.prefix(Int(length))
    // hiredis takes any two bytes for the line end behind them.
    rest = rest.dropFirst(Int(length) + 2)
    return .bytes(Array(bytes))
  }

  private mutating func array(_ text: ArraySlice<UInt8>, depth: Int) -> RedisReply? {
    if depth > 7 { isBeyondLimits = true }
    guard let count = number(text) else { return nil }
    if count == -1 { return .null }
    guard count >= 0 else { return nil }
    var elements: [RedisReply] = []
    while elements.count < count {
      guard let element = reply(depth: depth + 1) else { return nil }
      elements.append(element)
    }
    return .array(elements)
  }

  private mutating func line() -> ArraySlice<UInt8>? {
    guard let end = rest.firstRange(of: "\r\n".utf8) else { return nil }
    defer { rest = rest[end.upperBound...] }
    return rest[..<end.lowerBound]
  }

  private func number(_ text: ArraySlice<UInt8>) -> Int64? {
    let text = String(decoding: text, as: UTF8.self)
    return Int64(text).flatMap { String($0) == text ? $0 : nil }
  }
}
