import Testing

@testable import tally

/// The bar as text; no terminal is needed for that.
struct ProgressBarTests {
  private let start = ContinuousClock.Instant.now

  private func line(_ done: Int, of total: Int?, after seconds: Int, width: Int = 80) throws
    -> String
  {
    var bar = ProgressBar()
    _ = bar.updated("merge", done: 0, total: total, at: start, width: width, colour: false)
    let updated = bar.updated(
      "merge", done: done, total: total, at: start + .seconds(seconds), width: width,
      colour: false)
    let text = try #require(updated)
    #expect(text.hasPrefix("\r\u{1B}[K"))
    return String(text.dropFirst(4))
  }

  @Test func itShowsShareCountRateAndTimeLeft() throws {
    #expect(
      try line(45_000, of: 125_000, after: 10)
        == "merge [###########......................]  36% 45,000/125,000 4,500/s 0:17 left")
  }

  @Test func withoutATotalItShowsCountAndRate() throws {
    #expect(try line(1_234_567, of: nil, after: 100) == "merge 1,234,567 12,345/s")
  }

  @Test(arguments: [10, 20, 40, 79, 200])
  func itNeverFillsTheWholeWidth(width: Int) throws {
    #expect(try line(45_000, of: 125_000, after: 10, width: width).count < width)
  }

  @Test func anEstimateThatWasTooLowStaysAtAHundredPercent() throws {
    #expect(try line(300, of: 200, after: 1).contains("100% 300/200"))
  }

  @Test func itIsDrawnTenTimesASecondAtMost() {
    var bar = ProgressBar()
    var drawn = 0
    for step in 0..<1000 {
      let now = start + .milliseconds(step)
      if bar.updated("x", done: step, total: 9999, at: now, width: 80, colour: false) != nil {
        drawn += 1
      }
    }
    #expect(drawn == 10)
  }

  @Test func itIsErasedOnceOnly() {
    var bar = ProgressBar()
    #expect(bar.erased() == "")
    _ = bar.updated("x", done: 1, total: 2, at: start, width: 80, colour: false)
    #expect(bar.erased() == "\r\u{1B}[K")
    #expect(bar.erased() == "")
  }

  @Test(arguments: [(0, "0"), (999, "999"), (1000, "1,000"), (-1_234_567, "-1,234,567")])
  func numbersAreGroupedByThousands(number: Int, text: String) {
    #expect(grouped(number) == text)
  }
}
