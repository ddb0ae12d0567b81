import Sketches
import TestServers
import Testing

/// A merge is a join: repeated, reordered and regrouped it gives the same image.
struct MergeTests {
  @Test(arguments: [TestSeed.ofThisRun])
  func anyOrderGroupingAndRepetitionGivesTheSame(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<40 {
      let sketches = try (0..<4).map { _ in
        let lgK = Int.random(in: 4...12, using: &random)
        let count = Int.random(
          in: 0...(1 << Int.random(in: 0...14, using: &random)), using: &random)
        let first = Int.random(in: 0..<20_000, using: &random)
        return try CPCSketch(lgK: lgK, items: first..<first + count)
      }
      let (a, b, c) = (sketches[0], sketches[1], sketches[2])
      let all = try merged(sketches)
      #expect(try merged(sketches.reversed()) == all)
      #expect(try merged(sketches + sketches) == all)
      #expect(try merged([all] + sketches) == all)
      #expect(try merged([merged([a, b]), c]) == merged([a, merged([b, c])]))
      #expect(try merged([a, a]) == merged([a]))
      // The coupons only grow.
      if a.lgK == all.lgK { #expect(all.couponCount >= a.couponCount) }
    }
  }

  @Test(arguments: [0, 20, 200, 1000, 3000, 20_000])
  func mergingPartsGivesTheCouponsOfTheWhole(_ count: Int) throws {
    let whole = try CPCSketch(lgK: 9, items: 0..<count)
    let parts = try (0..<5).map { part in
      try CPCSketch(lgK: 9, items: count * part / 5..<count * (part + 1) / 5)
    }
    #expect(try merged(parts) == merged([whole]))
    #expect(try merged(parts).couponCount == whole.couponCount)
    #expect(try merged(parts).isMerged == (count > 0))
  }

  /// Where a window has moved over rows that fold onto each other, a zero stays one only if all have it.
  @Test(arguments: 4..<12, [300, 3000, 30_000, 100_000])
  func foldingGivesTheCouponsOfTheSmallerSketch(_ lgK: Int, count: Int) throws {
    let small = try CPCSketch(lgK: lgK, items: 0..<count)
    let large = try CPCSketch(lgK: 12, items: 0..<count)
    #expect(try merged([large], lgK: lgK) == merged([small]))
    let other = try CPCSketch(lgK: 12, items: count..<count + count / 7)
    let smallOther = try CPCSketch(lgK: lgK, items: count..<count + count / 7)
    // Also where the union has a matrix before the smaller one comes.
    #expect(try merged([large, other, small], lgK: 12) == merged([small, smallOther]))
  }

  @Test func aUnionOfNothingIsAFreshSketch() throws {
    let result = try CPCUnion(lgK: 10).result
    #expect(try result.serialized() == CPCSketch(lgK: 10).serialized())
    #expect(!result.isMerged)
    var union = try CPCUnion(lgK: 10)
    // An empty one does not even fold.
    try union.merge(CPCSketch(lgK: 4))
    #expect(union.result.lgK == 10)
  }

  @Test func aMergedSketchTakesFurtherItems() throws {
    var sketch = try merged([CPCSketch(lgK: 8, items: 0..<500)])
    sketch.update(items: 500..<5000)
    #expect(try merged([sketch]) == merged([CPCSketch(lgK: 8, items: 0..<5000)]))
    #expect(abs(sketch.estimate / 5000 - 1) < 0.2)
  }

  private func merged(_ sketches: [CPCSketch], lgK: Int = 12) throws -> CPCSketch {
    var union = try CPCUnion(lgK: lgK)
    for sketch in sketches { try union.merge(sketch) }
    return union.result
  }
}

extension CPCSketch {
  /// The same bytes.
  static func == (one: CPCSketch, other: CPCSketch) -> Bool {
    one.serialized() == other.serialized()
  }
}
