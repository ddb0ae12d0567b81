import Rules
import Testing

struct SlipsTests {
  @Test(
    arguments: [
      ("", "", 0), ("abc", "abc", 0), ("abc", "ab", 1), ("ab", "abc", 1), ("abc", "axc", 1),
      ("abc", "acb", 1), ("abc", "cab", 2), ("", "abc", 3),
      ("TALLY_REDIS_ULR", "TALLY_REDIS_URL", 1), ("TALLY_TIMEZONE", "TALLY_TIME_ZONE", 1),
      ("TALLY_REDIS_URL", "TALLY_MYSQL_URL", 5),
    ])
  func slipsAreCountedAlsoOfNeighboursInTheWrongOrder(written: String, meant: String, count: Int) {
    #expect(slipCount(from: written, to: meant) == count)
    #expect(slipCount(from: meant, to: written) == count)
  }
}
