import Sketches
import TestServers
import Testing

/// Two sketches become one that has seen what either has, and keeps its account where it can.
struct JoiningTests {
  @Test(arguments: [TestSeed.ofThisRun])
  func joiningIsAUnionInCoupons(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<60 {
      let sketches = try (0..<3).map { _ in
        let lgK = Int.random(in: 8...10, using: &random)
        let count = Int.random(
          in: 0...(1 << Int.random(in: 0...13, using: &random)), using: &random)
        let first = Int.random(in: 0..<5000, using: &random)
        return try CPCSketch(lgK: lgK, items: first..<first + count)
      }
      let (a, b, c) = (sketches[0], sketches[1], sketches[2])
      let both = try a.joined(with: b)
      #expect(try coupons(both) == coupons(b.joined(with: a)))
      #expect(
        try coupons(both.joined(with: c)) == coupons(a.joined(with: b.joined(with: c))))
      #expect(try both.holds(a) && both.holds(b))
      #expect(try both.joined(with: a) == both && both.joined(with: both) == both)
      #expect(try a.holds(b) == (b.isEmpty || a.joined(with: b).serialized() == a.serialized()))
    }
  }

  @Test func theOneThatHasAllKeepsItsAccount() throws {
    let day = try CPCSketch(lgK: 12, items: 0..<5000)
    let morning = try CPCSketch(lgK: 12, items: 0..<2000)
    #expect(try day.joined(with: morning) == day && morning.joined(with: day) == day)
    #expect(try !day.joined(with: morning).isMerged)
    #expect(try day.holds(morning) && !morning.holds(day))
    let other = try CPCSketch(lgK: 12, items: 4000..<6000)
    #expect(try day.joined(with: other).isMerged)
    // Of two with the same coupons.
    var union = try CPCUnion(lgK: 12)
    try union.merge(day)
    #expect(try union.result.joined(with: day) == day && day.joined(with: union.result) == day)
  }

  @Test func anEmptySketchNeitherAddsNorFolds() throws {
    let day = try CPCSketch(lgK: 12, items: 0..<500)
    let empty = try CPCSketch(lgK: 4)
    #expect(try day.joined(with: empty) == day && empty.joined(with: day) == day)
    #expect(try day.holds(empty) && !empty.holds(day))
  }

  @Test func ofTwoEmptySketchesTheCoarserOneIsLeft() throws {
    let (fine, coarse) = (try CPCSketch(lgK: 12), try CPCSketch(lgK: 4))
    #expect(try fine.joined(with: coarse) == coarse && coarse.joined(with: fine) == coarse)
    #expect(try fine.holds(coarse) && coarse.holds(fine))
  }

  @Test func aFinerSketchIsNotHeldByACoarserOneAndIsFolded() throws {
    let fine = try CPCSketch(lgK: 12, items: 0..<5000)
    let coarse = try CPCSketch(lgK: 11, items: 0..<3000)
    #expect(try !fine.holds(coarse))
    #expect(try fine.joined(with: coarse).lgK == 11)
    #expect(try fine.joined(with: coarse).holds(fine))
  }

  @Test func anotherSeedIsRefused() throws {
    let day = try CPCSketch(lgK: 12, items: 0..<5)
    #expect(throws: SketchError.self) { try day.joined(with: CPCSketch(lgK: 12, seed: 7)) }
    #expect(throws: SketchError.self) { try day.holds(CPCSketch(lgK: 12, seed: 7)) }
  }

  private func coupons(_ sketch: CPCSketch) throws -> [UInt8] {
    var union = try CPCUnion(lgK: sketch.lgK)
    try union.merge(sketch)
    return union.result.serialized()
  }
}
