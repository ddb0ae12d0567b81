import TestServers
import Testing

@testable import Sketches

struct CouponSetTests {
  /// Hashed, at either end, and one beside the other: the table must not show how they lie.
  @Test(arguments: [0, 1, 2, 3], [TestSeed.ofThisRun])
  func itHoldsWhatASetHolds(_ kind: Int, seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    func coupon() -> UInt32 {
      switch kind {
      case 0: UInt32.random(in: 0..<64 << 14, using: &random)
      case 1: UInt32.random(in: 0..<1500, using: &random)
      case 2: UInt32.random(in: 64 << 14 - 1500..<64 << 14, using: &random)
      default: UInt32.random(in: 0..<3000, using: &random) << 8
      }
    }
    var set = CouponSet(lgK: 14)
    var model: Set<UInt32> = []
    for _ in 0..<6000 {
      let coupon = coupon()
      if Int.random(in: 0..<3, using: &random) == 0 {
        #expect(set.remove(coupon) == (model.remove(coupon) != nil))
      } else {
        #expect(set.insert(coupon) == model.insert(coupon).inserted)
      }
      #expect(set.count == model.count)
    }
    #expect(set.filter().sorted() == model.sorted())
    let more = (0..<2000).map { _ in coupon() }
    set.insert(more)
    #expect(set.filter().sorted() == model.union(more).sorted())
    #expect(set.count == model.union(more).count)

    var filled = CouponSet(lgK: 14)
    filled.fill(ascending: model.sorted())
    #expect(filled.filter().sorted() == model.sorted())
    #expect(model.allSatisfy { !filled.insert($0) })
    #expect(model.allSatisfy { filled.remove($0) })
    #expect(filled.count == 0)
  }

  @Test(arguments: [TestSeed.ofThisRun])
  func couponsAreSortedInWhateverOrderTheyCome(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    for count in [0, 1, 2, 3, 100, 5000] {
      for bits in [10, 17, 20, 27, 32] {
        let coupons = (0..<count).map { _ in
          UInt32.random(in: 0...UInt32.max >> UInt32(32 - bits), using: &random)
        }
        for order in [coupons, coupons.sorted(), coupons.sorted().reversed()] {
          var sorted = order
          sortCoupons(&sorted, bitCount: bits)
          #expect(sorted == coupons.sorted())
        }
      }
    }
  }

  /// Items that somebody chose to meet: no look-up walks through thousands of them.
  @Test func couponsInOnePlaceAreScattered() {
    var (oneByOne, atOnce, inOrder) = (CouponSet(lgK: 20), CouponSet(lgK: 20), CouponSet(lgK: 20))
    for coupon in 0..<UInt32(20_000) { _ = oneByOne.insert(coupon) }
    atOnce.insert(Array(0..<20_000))
    inOrder.fill(ascending: Array(0..<20_000))
    for set in [oneByOne, atOnce, inOrder] {
      #expect(set.count == 20_000)
      let runs = set.slots.split(separator: CouponSet.free, omittingEmptySubsequences: true)
      #expect(runs.map(\.count).max()! < 5000)
    }
  }

  /// Reading and merging them gives the same as with any others.
  @Test func couponsInOnePlaceAreReadAndMergedLikeOthers() throws {
    let coupons = Array(0..<UInt32(3 << 15))
    var sketch = try CPCSketch(lgK: 20, seed: 9001)
    for coupon in coupons.dropLast() { #expect(sketch.add(coupon: coupon) == true) }
    let image = sketch.serialized()
    var read = try CPCSketch(serialized: image)
    #expect(read.serialized() == image)
    for coupon in coupons { #expect(read.add(coupon: coupon) == (coupon == coupons.last)) }
    var union = try CPCUnion(lgK: 20)
    try union.merge(sketch)
    try union.merge(read)
    #expect(union.result.couponCount == coupons.count)
  }
}
