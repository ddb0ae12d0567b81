import Rules
import TestServers
import Testing

struct LineageTests {
  @Test(
    arguments: [
      "00000000000000000000000000000000", "0000000000000001000000000000000f",
      "0123456789abcdef0123456789abcdef", "ffffffffffffffffffffffffffffffff",
    ])
  func aLineageIsReadAndWrittenTheSame(text: String) {
    #expect(Lineage(text.utf8)?.description == text)
  }

  @Test(
    arguments: [
      "", "0", "0123456789abcdef0123456789abcde", "0123456789abcdef0123456789abcdef0",
      "0123456789ABCDEF0123456789abcdef", "0123456789abcdef0123456789abcdeg",
      "0123456789abcdef 123456789abcdef", "-123456789abcdef0123456789abcdef",
      "0123456789abcdef0123456789abcde\u{660}",
    ])
  func anythingButThirtyTwoLowerCaseHexDigitsIsRefused(text: String) {
    #expect(Lineage(text.utf8) == nil)
  }

  @Test(arguments: Seed.ofThisRun)
  func aNewLineageIsLikeNoOtherAndReadBack(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let lineages = (0..<100).map { _ in Lineage(using: &random) }
    #expect(Set(lineages).count == 100)
    #expect(lineages.map { Lineage($0.description.utf8) } == lineages)
  }

  @Test func eachHalfTellsTwoLivesApart() {
    let texts = [
      "00000000000000000000000000000001", "00000000000000010000000000000000",
      "00000000000000000000000000000000",
    ]
    #expect(Set(texts.map { Lineage($0.utf8) }).count == 3)
  }
}
