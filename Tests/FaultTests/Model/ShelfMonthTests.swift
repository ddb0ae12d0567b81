import TestServers
import Testing

/// The shelf against an oracle, over a month of random edits, gaps, kills and cut connections.
struct ShelfMonthTests {
  /// The short form plays one month on each server; the long one ten.
  @Test(arguments: MySQLServer.available)
  func whateverHappensTheNextRunMakesTheShelfRight(flavor: MySQLServer.Flavor) throws {
    for seed in 1...(FaultDepth.isFull ? 10 : 1) as ClosedRange<UInt64> {
      var month = try ShelfMonth(flavor, seed: seed)
      while !month.isOver {
        let problems = try month.step()
        try #require(problems.isEmpty, "seed \(seed): \(problems.joined(separator: "\n"))")
      }
      // No count was lost with an image that was taken down, and none came twice.
      #expect(try month.counted() == month.shown, "seed \(seed)")
      let figures = month.figures
      #expect(figures.kills > 3 && figures.cuts > 10 && figures.up > 2, "\(figures)")
    }
  }
}
