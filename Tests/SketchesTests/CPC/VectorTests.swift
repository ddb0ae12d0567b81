import Foundation
import Testing

@testable import Sketches

/// Images, estimates and bounds against those of the libraries.
struct VectorTests {
  /// One stream a lg_k, looked at whenever a vector is due.
  @Test(arguments: Vectors.lgKs)
  func aStreamGivesTheImagesOfTheLibraries(lgK: Int) throws {
    var sketch = try CPCSketch(lgK: lgK)
    var seen = 0
    let vectors = Vectors.all.sketches.filter { $0.lgK == lgK }
    #expect(vectors.count == 10)
    for vector in vectors.sorted(by: { $0.n! < $1.n! }) {
      sketch.update(items: seen..<vector.n!)
      seen = vector.n!
      try expect(sketch, vector)
    }
  }

  @Test(arguments: Vectors.lgKs)
  func aUnionGivesTheImagesOfTheLibraries(lgK: Int) throws {
    let vectors = Vectors.all.unions(lgK: lgK)
    #expect(vectors.count == 10)
    var (first, second) = (try CPCSketch(lgK: lgK), try CPCSketch(lgK: lgK))
    for vector in vectors {
      first = try CPCSketch(lgK: lgK, items: range(vector.a!))
      second = try CPCSketch(lgK: lgK, items: range(vector.b!))
      try expect(union(lgK, [first, second]), vector)
    }
  }

  @Test(arguments: Vectors.all.extra.filter { $0.kind == "union_mixed_lg_k" })
  func sketchesOfDifferentSizeFoldDownToTheSmallest(_ vector: SketchVector) throws {
    let sketches = try zip(vector.sketchLgKs!, vector.items!).map {
      try CPCSketch(lgK: $0, items: range($1))
    }
    let merged = try union(vector.unionLgK!, sketches)
    #expect(merged.lgK == vector.resultLgK)
    try expect(merged, vector)
    try expect(union(vector.unionLgK!, sketches.reversed()), vector)
  }

  @Test(arguments: Vectors.all.extra.filter { $0.kind != "union_mixed_lg_k" })
  func otherItemsAndSeedsGiveTheImagesOfTheLibraries(_ vector: SketchVector) throws {
    let (lgK, n) = (vector.lgK!, vector.n!)
    var sketch = try CPCSketch(lgK: lgK)
    switch vector.kind! {
    case "seed_123": sketch = try CPCSketch(lgK: lgK, seed: 123, items: 0..<n)
    case "int64_items_0..n-1": for item in 0..<n { sketch.update(Int64(item)) }
    case "float64_items_0.5..": for item in 0..<n { sketch.update(Double(item) + 0.5) }
    case "1000_items_twice":
      sketch.update(items: 0..<1000)
      sketch.update(items: 0..<1000)
    case "deserialize_at_5000_then_resume_to_20000":
      sketch = try CPCSketch(serialized: CPCSketch(lgK: lgK, items: 0..<5000).serialized())
      sketch.update(items: 5000..<20_000)
    default: Issue.record("unknown kind \(vector.kind!)")
    }
    try expect(sketch, vector)
    if let hash = vector.seedHash { #expect(CPCSketch.hash(ofSeed: 123) == hash) }
  }

  @Test func estimatesAfterAMergeAreThoseOfTheLibraries() {
    #expect(Vectors.all.iconPoints.points.count > 400)
    for point in Vectors.all.iconPoints.points {
      let found = CouponInversion.items(couponCount: Int(point[1]), lgK: Int(point[0]))
      #expect(abs(found / point[2] - 1) < 2.5e-7, "\(point): \(found)")
    }
  }

  private func union(_ lgK: Int, _ sketches: [CPCSketch]) throws -> CPCSketch {
    var union = try CPCUnion(lgK: lgK)
    for sketch in sketches { try union.merge(sketch) }
    return union.result
  }

  private func expect(_ sketch: CPCSketch, _ vector: SketchVector) throws {
    let image = sketch.serialized()
    #expect(image.count == vector.correctSize ?? vector.size, "\(vector)")
    #expect(try sha256(image) == vector.correctSha256 ?? vector.sha256, "\(vector)")
    if let base64 = vector.base64 { #expect(Data(image).base64EncodedString() == base64) }
    #expect(sketch.couponCount == vector.coupons)
    #expect(sketch.firstInterestingColumn == vector.firstInterestingColumn)
    try expectAnswers(sketch, vector)

    let read = try CPCSketch(serialized: image, seed: sketch.seed)
    #expect(read.serialized() == image)
    try expectAnswers(read, vector)
    // What the C++ library makes of it: the same for most, the wrong table for one.
    let theirs = sketch.serialized(.wrapping)
    #expect(try sha256(theirs) == vector.sha256)
    #expect(try CPCSketch(serialized: theirs, seed: sketch.seed).serialized() == image)
  }

  /// A stream's to the last bit; after a merge, where the libraries approximate, to 7 digits.
  private func expectAnswers(_ sketch: CPCSketch, _ vector: SketchVector) throws {
    let tolerance = sketch.isMerged ? 2.5e-7 : 0
    #expect(isNear(sketch.estimate, vector.estimate, tolerance), "\(vector)")
    for (index, kappa) in CPCSketch.Kappa.allCases.enumerated() {
      #expect(isNear(sketch.lowerBound(kappa: kappa), vector.lower[index], tolerance), "\(vector)")
      #expect(sketch.upperBound(kappa: kappa) == vector.upper[index], "\(vector)")
    }
  }

  private func isNear(_ found: Double, _ expected: Double, _ tolerance: Double) -> Bool {
    found == expected || abs(found - expected) <= tolerance * expected
  }
}
