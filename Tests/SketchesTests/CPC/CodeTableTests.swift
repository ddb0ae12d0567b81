import Testing

@testable import Sketches

/// The tables against the published ones, of which only the checksums are here.
struct CodeTableTests {
  @Test func theWindowCodesAreThePublishedOnes() throws {
    let words = CodeTables.window.flatMap(\.words)
    #expect(words.count == 22 * 256)
    try expect(words.map { UInt8($0 >> 12) }, "window_code_lengths_22x256")
    try expect(littleEndian(words), "window_codewords_u16le_22x256")
  }

  @Test func theColumnStepCodeIsThePublishedOne() throws {
    let words = CodeTables.columnStep.words
    try expect(words.map { UInt8($0 >> 12) }, "unary_code_lengths_65")
    try expect(littleEndian(words), "unary_codewords_u16le_65")
  }

  @Test func theColumnOrdersAreThePublishedOnes() throws {
    try expect(CodeTables.columnOrder.flatMap { $0 }, "column_permutations_16x56")
  }

  @Test func everyWordIsReadAsItsSymbol() {
    for code in CodeTables.window + [CodeTables.columnStep] {
      for (symbol, word) in code.words.enumerated() {
        let (bits, length) = (Int(word & 0xFFF), Int(word >> 12))
        for behind in 0..<1 << (12 - length) {
          let entry = code.symbols[bits | behind << length]
          #expect(Int(entry >> 8) == symbol && Int(entry & 0xFF) == length)
        }
      }
    }
  }

  private func expect(_ bytes: [UInt8], _ name: String) throws {
    #expect(try sha256(bytes) == Vectors.all.tableChecksums[name])
  }

  private func littleEndian(_ words: [UInt16]) -> [UInt8] {
    words.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
  }
}
