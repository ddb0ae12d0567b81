import RedisClient
import RedisStore
import Sketches

extension FuzzTarget {
  /// A hash may have been written by anybody: it is an array of sketches exactly where its numbers stand
  /// as tally writes them. The bytes of a window are handed over as they are, and where they are a
  /// sketch, it merges with that of another window.
  ///
  /// Input: three lines, the fields size, win and lg_k, without bytes where there is no such field; behind
  /// them what stands in a window.
  static let sketchArrays = FuzzTarget("sketch-arrays", suiteRuns: 600) { input in
    let parts = input.split(separator: 0x0A, maxSplits: 3, omittingEmptySubsequences: false)
    let fields = (0..<3).map { $0 < parts.count ? Array(parts[$0]) : [] }
    let window = parts.count > 3 ? Array(parts[3]) : []
    let server = try server.get()
    try server.saying(answers(fields, window)) {
      let store = SketchArrays(
        try RedisConnection(RedisEndpoint(address: .unix(path: server.socketPath)), tries: 1),
        keyspace: Keyspace())
      guard let shape = try shape(in: store, fields) else { return }
      try expectWindows(of: shape)
      var found: [[UInt8]?] = []
      try store.forEachWindow([0], of: key) { found.append($1) }
      try require(found, equals: [window.isEmpty ? nil : window], "the window")
      try merge(window, with: CPCSketch(lgK: shape.lgK))
    }
  }
}

private let server = Result { try ScriptedServer() }
private let key = Array("cpc:recent".utf8)

/// What a server says of such a hash, in the order in which it is asked: whether it is there, its type,
/// its three fields, how long the window is, and the window, where there is one.
private func answers(_ fields: [[UInt8]], _ window: [UInt8]) -> [UInt8] {
  let hash = Array("+PONG\r\n+hash\r\n*\(fields.count)\r\n".utf8) + fields.flatMap(bulk)
  return hash + Array(":\(window.count)\r\n".utf8) + (window.isEmpty ? [] : bulk(window))
}

private func bulk(_ bytes: [UInt8]) -> [UInt8] {
  bytes.isEmpty
    ? Array("$-1\r\n".utf8) : Array("$\(bytes.count)\r\n".utf8) + bytes + Array("\r\n".utf8)
}

/// Nil where it has to be refused, and is.
private func shape(in store: SketchArrays, _ fields: [[UInt8]]) throws -> SketchArrays.Shape? {
  let finding = try store.read(key)
  let numbers = fields.compactMap(number)
  let expected =
    numbers.count == 3
    ? SketchArrays.Shape(size: numbers[0], windowMilliseconds: numbers[1], lgK: numbers[2]) : nil
  guard let expected else {
    guard case .unusable(let reason) = finding else {
      throw Finding(description: "\(finding), read from \(fields)")
    }
    try require(isHarmless(reason), reason.debugDescription)
    return nil
  }
  try require(finding, equals: .array(expected), "the array")
  return expected
}

/// Digits as tally writes them: of any other spelling no write would find the array unchanged.
private func number(_ digits: [UInt8]) -> Int? {
  guard (1...18).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }),
    digits.first != 0x30 || digits.count == 1
  else { return nil }
  return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
}

private func expectWindows(of shape: SketchArrays.Shape) throws {
  let times = SketchArrays.Shape.timeRange
  let length = shape.windowMilliseconds
  for time in [times.lowerBound, length - 1, length, times.upperBound] {
    let start = shape.window(of: time)
    try require(
      start >= 0 && start <= time && time - start < length && start % length == 0,
      "\(time) in the window at \(start)")
  }
}

/// Merges as a query over several windows does: merged once more, neither brings anything new.
private func merge(_ window: [UInt8], with other: CPCSketch) throws {
  guard let sketch = try? CPCSketch(serialized: window) else { return }
  var other = other
  other.update(lines: Array("anna\nbert\ncarl".utf8).span)
  let both = try sketch.joined(with: other)
  for one in [sketch, other] {
    let again = try both.joined(with: one)
    try require(again.lgK, equals: both.lgK, "lg_k, merged twice")
    try require(again.couponCount, equals: both.couponCount, "the coupons, merged twice")
  }
}
