import Sketches
import Testing

struct HashTests {
  @Test(arguments: Vectors.all.hashes)
  func theHashIsThatOfTheLibraries(_ vector: HashVector) {
    let hash = MurmurHash3(of: vector.bytes.span, seed: vector.seed)
    #expect(hex(hash.low) == vector.h1)
    #expect(hex(hash.high) == vector.h2)
    #expect(hash.low % 2048 == vector.rowLgk11)
    #expect(min(63, hash.high.leadingZeroBitCount) == vector.col)
  }

  /// Alone in its buffer and in the middle of one: the ways to read the last bytes.
  @Test(arguments: 0..<50)
  func theHashDependsOnTheItemAndNotOnWhatStandsBehindIt(_ count: Int) {
    let item = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 37 + 11) }
    let expected = MurmurHash3(of: item.span, seed: 7)
    for behind in 0..<17 {
      let buffer = item + [UInt8](repeating: 0xFF, count: behind)
      #expect(MurmurHash3(of: buffer.span.extracting(..<count), seed: 7) == expected)
      #expect(
        MurmurHash3(of: ([1, 2, 3] + buffer).span.extracting(3..<3 + count), seed: 7) == expected)
    }
  }

  private func hex(_ word: UInt64) -> String {
    let digits = String(word, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
