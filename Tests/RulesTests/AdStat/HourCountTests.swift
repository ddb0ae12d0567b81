import Rules
import TestServers
import Testing

struct HourCountTests {
  @Test(arguments: Seed.ofThisRun)
  func countsObeyTheLawsOfMerging(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    expectMergeLaws((0..<3).map { _ in HourCount.random(using: &random) })
  }

  @Test func theLargestCountsObeyTheLawsOfMerging() {
    expectMergeLaws([
      HourCount(), HourCount(shows: .max), HourCount(clicks: .max),
      HourCount(shows: .max - 1, clicks: 1),
    ])
  }

  @Test func theLargerOfEachMetricIsKept() {
    let merged = HourCount(shows: 5, clicks: 1).merged(with: HourCount(shows: 3, clicks: 2))
    #expect(merged == HourCount(shows: 5, clicks: 2))
  }

  @Test func aCountIsReadAndSetByItsMetric() {
    var count = HourCount(shows: 5, clicks: 1)
    #expect(count[.show] == 5)
    #expect(count[.click] == 1)
    count[.show] = 7
    #expect(count == HourCount(shows: 7, clicks: 1))
    count[.click] = 8
    #expect(count == HourCount(shows: 7, clicks: 8))
  }

  @Test func anHourOfWhichNothingIsKnownHasNoCounts() {
    #expect(HourCount() == HourCount(shows: 0, clicks: 0))
  }

  @Test func metricsAreNamedAsInTheKeysOfRedis() {
    #expect(Metric.allCases.map(\.rawValue) == ["show", "click"])
  }
}

extension HourCount {
  /// Small counts, so that equal and ordered pairs are frequent, and now and then the largest.
  static func random(using random: inout SeededGenerator) -> HourCount {
    func one() -> UInt64 {
      Int.random(in: 0..<10, using: &random) == 0 ? .max : UInt64.random(in: 0..<4, using: &random)
    }
    return HourCount(shows: one(), clicks: one())
  }
}
