import Rules
import TestServers
import Testing

struct CounterValueTests {
  @Test(
    arguments: [
      ("0", 0), ("1", 1), ("9", 9), ("10", 10), ("4294967296", 4_294_967_296),
      ("9007199254740993", 9_007_199_254_740_993),
      ("100000000000000000", 100_000_000_000_000_000),
      ("999999999999999999", 999_999_999_999_999_999),
    ] as [(String, UInt64)])
  func plainDigitsAreACount(text: String, value: UInt64) {
    #expect(CounterValue.read(text.utf8) == value)
  }

  @Test(
    arguments: [
      "", "00", "007", "-1", "-0", "+1", "1.5", "1.", ".5", "1e3", "0x1F", " 1", "1 ", "1\n", "1\0",
      "\0", "1,000", "1_000", "abc", "inf", "nan", "/", ":", "1000000000000000000",
      "9223372036854775807", "18446744073709551616", "0000000000000000001",
      "\u{661}", "\u{FF11}", "1\u{301}", "\u{B2}",
    ])
  func anythingElseIsNoCount(text: String) {
    #expect(CounterValue.read(text.utf8) == nil)
  }

  @Test(
    arguments: [
      ("0", 0), ("7", 7), ("999999999999999999", 999_999_999_999_999_999),
      ("1000000000000000000", 1_000_000_000_000_000_000),
      ("9223372036854775807", 9_223_372_036_854_775_807),
    ] as [(String, UInt64)])
  func aSumReachesAsFarAsRedisCounts(text: String, value: UInt64) {
    #expect(CounterValue.readSum(text.utf8) == value)
  }

  @Test(
    arguments: [
      "", "007", "-1", "1.5", "+1", " 1", "9223372036854775808", "9999999999999999999",
      "18446744073709551616", "10000000000000000000", "0000000000000000001",
    ])
  func anythingElseIsNoSum(text: String) {
    #expect(CounterValue.readSum(text.utf8) == nil)
  }

  @Test func onlyTheTenDigitsAreDigits() {
    for byte in UInt8.min...UInt8.max {
      let isDigit = (0x30...0x39).contains(byte)
      #expect((CounterValue.read([0x31, byte]) != nil) == isDigit)
      #expect((CounterValue.read([byte]) != nil) == isDigit)
    }
  }

  @Test(arguments: Seed.ofThisRun)
  func whatIsWrittenIsReadBack(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    for digits in 1...CounterValue.digitsMax {
      let limit = (0..<digits).reduce(UInt64(1)) { limit, _ in limit * 10 }
      let value = UInt64.random(in: 0..<limit, using: &random)
      #expect(CounterValue.read(String(value).utf8) == value)
    }
  }
}
