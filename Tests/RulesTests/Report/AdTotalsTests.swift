import Rules
import Testing

struct AdTotalsTests {
  private func rate(_ clicks: UInt128, _ shows: UInt128) -> ClickRate? {
    AdTotals(shows: shows, clicks: clicks).rate
  }

  @Test func thereIsNoRateWhereNothingWasShown() {
    #expect(rate(0, 0) == nil)
    #expect(rate(3, 0) == nil)
    #expect(rate(0, 1)?.fraction == "0.000000")
  }

  @Test(arguments: [
    (12, 340, "0.035294", "3.53"), (1, 3, "0.333333", "33.33"), (2, 3, "0.666667", "66.67"),
    (1, 1, "1.000000", "100.00"), (3, 2, "1.500000", "150.00"), (1, 2_000_000, "0.000001", "0.00"),
    (1, 2_000_001, "0.000000", "0.00"), (999_999_999, 1_000_000_000, "1.000000", "100.00"),
    (1, 800, "0.001250", "0.13"), (1, 8, "0.125000", "12.50"),
  ])
  func aRateIsRoundedHalfUp(clicks: UInt128, shows: UInt128, fraction: String, percent: String) {
    #expect(rate(clicks, shows)?.fraction == fraction)
    #expect(rate(clicks, shows)?.percent == percent)
  }

  @Test func ratesAreComparedExactly() {
    let large = UInt128(1) << 90
    #expect(rate(large, large + 1)! < rate(large + 1, large + 2)!)
    #expect(rate(1, 3)! == rate(large, 3 * large)!)
    #expect(rate(large, large)!.fraction == "1.000000")
    #expect(rate(0, 5)! < rate(1, large)!)
  }

  @Test func sumsGoBeyondWhatOneLifeCanCount() {
    var sum = AdTotals()
    for _ in 0..<3 { sum += AdTotals(shows: UInt128(UInt64.max), clicks: 1) }
    #expect(sum == AdTotals(shows: 3 * UInt128(UInt64.max), clicks: 3))
  }
}
