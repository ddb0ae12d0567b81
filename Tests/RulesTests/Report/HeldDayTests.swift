import Rules
import TestServers
import Testing

struct HeldDayTests {
  private static let lives = ["a", "0"].map {
    Lineage(Array(String(repeating: $0, count: 32).utf8))!
  }

  private func held(
    _ hours: [Int: UInt64], live: (hour: Int, count: UInt64)? = nil
  ) -> HeldCount {
    HeldCount(
      code: Code(Array("a".utf8))!, metric: .show, lineage: HeldDayTests.lives[0],
      hours: hours.sorted { $0.key < $1.key }.map { .init(hour: $0.key, count: $0.value) },
      live: live.map { .init(hour: $0.hour, count: $0.count) })
  }

  private func lacking(_ held: HeldCount, _ archived: [Int: UInt64]) -> [Int: UInt64] {
    held.lacking(in: archived).reduce(into: [:]) { $0[$1.hour, default: 0] += $1.count }
  }

  @Test func anHourCountsWithTheLargerOfTheTwo() {
    #expect(lacking(held([8: 5, 9: 7]), [:]) == [8: 5, 9: 7])
    #expect(lacking(held([8: 5, 9: 7]), [8: 5, 9: 4]) == [9: 3])
    #expect(lacking(held([8: 5]), [8: 6, 10: 3]) == [:])
    #expect(lacking(held([:]), [8: 6]) == [:])
  }

  @Test func aLiveCountIsAddedToItsHour() {
    #expect(lacking(held([9: 7], live: (9, 2)), [9: 7]) == [9: 2])
    #expect(lacking(held([9: 7], live: (10, 2)), [9: 4]) == [9: 3, 10: 2])
    #expect(lacking(held([:], live: (0, 1)), [:]) == [0: 1])
  }

  @Test func whatMovedMeanwhileIsNotCountedTwice() {
    // Live when Redis was read; archived, in this hour or the next, before MySQL was read.
    #expect(lacking(held([9: 7], live: (9, 2)), [9: 9]) == [:])
    #expect(lacking(held([9: 7], live: (9, 2)), [9: 7, 10: 2]) == [:])
    #expect(lacking(held([9: 7], live: (9, 5)), [9: 7, 10: 2]) == [9: 3])
    #expect(lacking(held([9: 7], live: (9, 2)), [9: .max, 10: .max]) == [:])
  }

  @Test(arguments: Seed.ofThisRun.prefix(5))
  func whatIsPackedComesOutAgain(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    func count() -> UInt64 {
      UInt64.random(in: 0 ... .max, using: &generator)
        >> UInt64.random(in: 0...63, using: &generator)
    }
    var all: [HeldCount] = []
    var packed = HeldDay()
    for _ in 0..<500 {
      let code = (0..<Int.random(in: 1...128, using: &generator)).map { _ in
        UInt8.random(in: 0...255, using: &generator)
      }
      let hours = (0...23).filter { _ in Bool.random(using: &generator) }
      let live = Bool.random(using: &generator)
      all.append(
        HeldCount(
          code: Code(code)!, metric: Bool.random(using: &generator) ? .show : .click,
          lineage: ([nil] + HeldDayTests.lives).randomElement(using: &generator)!,
          hours: hours.map { .init(hour: $0, count: count()) },
          live: live ? .init(hour: 23, count: count()) : nil))
      packed.append(all[all.count - 1])
    }
    #expect(packed.count == 500)
    for size in [1, 7, 500, 1000] {
      var batches: [[HeldCount]] = []
      packed.forEachBatch(of: size) { batches.append($0) }
      #expect(Array(batches.joined()) == all, "seed \(seed)")
      #expect(batches.dropLast().allSatisfy { $0.count == size })
    }
    HeldDay().forEachBatch(of: 5) { _ in Issue.record("nothing was packed") }
  }
}
