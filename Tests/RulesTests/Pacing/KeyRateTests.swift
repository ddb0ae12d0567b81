import TestServers
import Testing

@testable import Rules

/// How fast keys may be taken, by a clock that the test moves.
struct KeyRateTests {
  /// Takers that are late, early or at once, with batches of any size.
  @Test(arguments: Seed.ofThisRun)
  func noSecondSeesMoreThanItsKeysAndOneBatch(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let keysPerSecond = Int.random(in: 1...5000, using: &random)
    var rate = KeyRate(keysPerSecond: keysPerSecond)
    let most = rate.batchSize(2000)
    var now = Duration.zero
    var begun: [(at: Duration, keyCount: Int)] = []
    for _ in 0..<300 {
      let keyCount = Int.random(in: 1...most, using: &random)
      begun.append((now + rate.take(keyCount, at: now), keyCount))
      if Bool.random(using: &random) {
        now += .milliseconds(Int.random(in: 0...300, using: &random))
      }
    }
    for (index, first) in begun.enumerated() {
      let second = begun[index...].prefix { $0.at < first.at + .seconds(1) }
      let keyCount = second.map(\.keyCount).reduce(0, +)
      #expect(keyCount <= keysPerSecond + most, "\(keyCount) from \(first.at) on")
    }
  }

  @Test func itIsAsFastAsItMayBe() {
    var rate = KeyRate(keysPerSecond: 1000)
    var now = Duration.zero
    for _ in 0..<50 { now += rate.take(100, at: now) }
    // The first batch waited for nothing.
    #expect(now == .milliseconds(4900))
  }

  @Test func nothingIsSavedUpWhileNobodyTakes() {
    var rate = KeyRate(keysPerSecond: 10)
    let waits = (0..<3).map { _ in rate.take(1, at: .seconds(100)) }
    #expect(waits == [.zero, .milliseconds(100), .milliseconds(200)])
  }

  @Test func aBatchThatCannotBeSmallerIsWaitedForAfterwards() {
    var rate = KeyRate(keysPerSecond: 10)
    let waits = [1000, 1].map { rate.take($0, at: .zero) }
    #expect(waits == [.zero, .seconds(100)])
  }

  @Test(arguments: [
    (1, 1), (9, 1), (10, 1), (100, 10), (1000, 100), (20_000, 2000), (90_000, 2000),
  ])
  func slowRatesHaveSmallBatches(keysPerSecond: Int, batchSize: Int) {
    #expect(KeyRate(keysPerSecond: keysPerSecond).batchSize(2000) == batchSize)
  }
}
