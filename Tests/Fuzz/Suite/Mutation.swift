/// Changes inputs as libFuzzer does, without looking at what comes of it: the same changes for the
/// same seed.
struct Mutation {
  private var random: Generator

  init(seed: UInt64) { random = Generator(state: seed) }

  /// A changed copy of one of `inputs`, of which there must be some: one to five changes.
  mutating func next(from inputs: [[UInt8]]) -> [UInt8] {
    var input = inputs.randomElement(using: &random)!
    for _ in 0..<Int.random(in: 1...5, using: &random) { change(&input, inputs) }
    return input
  }

  private mutating func change(_ input: inout [UInt8], _ others: [[UInt8]]) {
    let start = Int.random(in: 0...input.count, using: &random)
    let end = min(input.count, start + Int.random(in: 1...8, using: &random))
    switch Int.random(in: 0..<8, using: &random) {
    case 0: input.insert(UInt8.random(in: 0...255, using: &random), at: start)
    case 1:
      input.replaceSubrange(start..<end, with: Mutation.oddities.randomElement(using: &random)!)
    case 2: input.insert(contentsOf: Mutation.oddities.randomElement(using: &random)!, at: start)
    case 3: input.removeSubrange(start..<end)
    case 4: input.removeSubrange(start...)
    case 5: input.insert(contentsOf: Array(input[start..<end]), at: end)
    case 6:
      input.replaceSubrange(start..., with: others.randomElement(using: &random)!.dropFirst(start))
    default: if start < input.count { input[start] ^= 1 << UInt8.random(in: 0...7, using: &random) }
    }
  }

  /// What readers trip over.
  private static let oddities: [[UInt8]] =
    [[0], [0xFF], [0xFF, 0xFF, 0xFF, 0xFF], [0x80, 0, 0, 0], [0x7F, 0xFF, 0xFF, 0xFF], [0xC3]]
    + [
      "\n", "\r\n", "\"", "\\", "%", "%00", "@", ":", "/", "_", "-1", "0", "00", "9", "32", "65536",
      "4294967296", "9223372036854775807", "99999999999999999999", "\u{1B}[2J", "\u{202E}",
      "\u{301}",
    ].map { Array($0.utf8) }
}

/// A linear congruential generator with Knuth's MMIX numbers: poor, short, and good enough to choose
/// what to break.
private struct Generator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    let high = step() >> 32
    return high << 32 | step() >> 32
  }

  private mutating func step() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state
  }
}
