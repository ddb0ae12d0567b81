/// How a window is written: for each row the word of its eight bits.
enum WindowCode {
  /// What the reader may look ahead.
  private static let lookAhead = 11

  static func write(_ window: [UInt8], phase: Int) -> [UInt8] {
    let code = CodeTables.window[phase].words
    var writer = BitWriter(expectedBitCount: window.count * 5)
    // The number of rows is a multiple of 16. Four words at once have at most 48 bits.
    for row in stride(from: 0, to: window.count, by: 8) {
      var rows = window.span.word(at: row)
      for _ in 0..<2 {
        var (bits, count): (UInt64, UInt64) = (0, 0)
        for _ in 0..<4 {
          let word = UInt64(code[Int(truncatingIfNeeded: rows & 0xFF)])
          bits |= (word & 0xFFF) &<< count
          count &+= word &>> 12
          rows &>>= 8
        }
        writer.append(bits, count: count)
      }
    }
    writer.appendZeros(lookAhead)
    return writer.bytes()
  }

  /// The window of k rows that `part` of the bytes holds. Memory is taken only for as many rows as
  /// there may be.
  static func read(
    _ bytes: [UInt8], part: Range<Int>, phase: Int, lgK: Int
  ) throws(SketchError) -> [UInt8] {
    let code = CodeTables.window[phase]
    guard code.minimumLength << lgK + lookAhead <= part.count * 8 else { throw .corrupt(.window) }
    var reader = BitReader(bytes, part: part)
    var window = [UInt8](repeating: 0, count: 1 << lgK)
    var (row, position) = (0, reader.position)
    // Four look-ups take at most 48 bits and give at most eight rows.
    while row &+ 8 <= window.count, position <= reader.end {
      var bits = reader.peek(at: position)
      for _ in 0..<4 {
        let entry = code.pairs[Int(truncatingIfNeeded: bits & 0xFFF)]
        // A shift looks at no more than the lowest byte.
        bits &>>= UInt64(entry)
        position &+= Int(entry & 0xFF)
        window[row] = UInt8(truncatingIfNeeded: entry &>> 16)
        window[row &+ 1] = UInt8(truncatingIfNeeded: entry &>> 24)
        row &+= Int(entry &>> 8 & 0xFF)
      }
    }
    reader.position = position
    while row < window.count, !reader.isExhausted {
      let entry = code.symbols[Int(truncatingIfNeeded: reader.peek() & 0xFFF)]
      window[row] = UInt8(truncatingIfNeeded: entry &>> 8)
      reader.position += Int(entry & 0xFF)
      row += 1
    }
    guard reader.endsWith(padding: lookAhead) else { throw .corrupt(.window) }
    return window
  }
}
