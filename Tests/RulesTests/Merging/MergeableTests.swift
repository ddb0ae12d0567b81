import Rules
import TestServers
import Testing

struct MergeableTests {
  @Test func holdingIsMergingWithoutAChange() {
    #expect(HourCount(shows: 3, clicks: 1).holds(HourCount(shows: 2, clicks: 1)))
    #expect(!HourCount(shows: 3, clicks: 1).holds(HourCount(shows: 2, clicks: 2)))
  }

  @Test(arguments: Seed.ofThisRun)
  func anyOrderAndRepetitionOfMergesEndsAtTheSameTotal(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let steps = (0..<10).map { _ in HourCount.random(using: &random) }
    let once = steps.reduce(HourCount()) { $0.merged(with: $1) }
    let messy = (steps + steps).shuffled(using: &random).reduce(HourCount()) { $1.merged(with: $0) }
    #expect(messy == once)
  }
}
