import Sketches

extension FuzzTarget {
  /// A sketch is read where a sketch was written: what is accepted is given back byte for byte, merged
  /// with itself keeps its coupons, and goes on counting. A HyperLogLog of Redis is given back as a
  /// dense one that says the same.
  ///
  /// Input: an image of a CPC sketch, or the value of a HyperLogLog key.
  static let sketches = FuzzTarget("sketches", suiteRuns: 1000) { input in
    do {
      if input.first == UInt8(ascii: "H") {
        try hyperLogLog(HyperLogLog(redisValue: input))
      } else {
        try cpc(CPCSketch(serialized: input), written: input)
      }
    } catch let error as SketchError {
      try require(isHarmless(error.description), "\(error.description.debugDescription)")
    }
  }
}

private func cpc(_ read: CPCSketch, written: [UInt8]) throws {
  // Of an empty one it may not be said that it saw everything itself; nothing is lost.
  if !read.isEmpty { try require(read.serialized(), equals: written, "the image, written again") }
  try require(read.lowerBound(kappa: .three) <= read.upperBound(kappa: .three), "the bounds")

  var union = try CPCUnion(lgK: read.lgK)
  try union.merge(read)
  let once = union.result
  try union.merge(read)
  try require(union.result.couponCount, equals: read.couponCount, "the coupons, merged twice")
  try require(union.result.serialized(), equals: once.serialized(), "merged twice")
  try require(
    CPCSketch(serialized: once.serialized()).serialized(), equals: once.serialized(),
    "merged, read again")

  var (before, after) = (read, once)
  let items = Array((0..<64).map { "\(read.couponCount)-\($0)" }.joined(separator: "\n").utf8)
  before.update(lines: items.span)
  after.update(lines: items.span)
  try require(before.couponCount, equals: after.couponCount, "the coupons after more items")
  try require(before.couponCount >= read.couponCount, "coupons were lost")
}

private func hyperLogLog(_ read: HyperLogLog) throws {
  try require(
    HyperLogLog(redisValue: read.redisValue), equals: read, "the registers, written again")
  try require(read.merged(with: read), equals: read, "the registers, merged with themselves")
  try require(read.estimate == 0, equals: read.isEmpty, "\(read.estimate) items")
}
