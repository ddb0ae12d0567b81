/// How a window is written: for each row the word of its eight bits.
enum WindowCode {
  /// What the reader may look ahead.
  private static let lookAhead = 11

  static func write(_ window: [UInt8], phase: Int) -> [UInt8] {
    let words = CodeTables.window[phase].words
    let code = words.span
    // Said once, so that it need not be looked at for each row.
    precondition(code.count == 256, "a byte has 256 values")
    let rows = window.span
    var writer = BitWriter(expectedBitCount: window.count * 5)
    var row = 0
    // The number of rows is a multiple of 16. Four words at once have at most 48 bits.
    while row < rows.count {
      let eight = rows.word(at: row)
      let (first, second) = (code.four(eight), code.four(eight &>> 32))
      writer.append(first.bits, count: first.count)
      writer.append(second.bits, count: second.count)
      row &+= 8
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

extension Span<UInt16> {
  /// The words of the lowest four bytes, behind each other.
  @inline(__always)
  fileprivate func four(_ rows: UInt64) -> (bits: UInt64, count: UInt64) {
    let (first, second) = (two(rows), two(rows &>> 16))
    return (first.bits | second.bits &<< first.count, first.count &+ second.count)
  }

  /// Those of the lowest two.
  @inline(__always)
  private func two(_ rows: UInt64) -> (bits: UInt64, count: UInt64) {
    let first = UInt64(self[Int(truncatingIfNeeded: rows & 0xFF)])
    let second = UInt64(self[Int(truncatingIfNeeded: rows &>> 8 & 0xFF)])
    let count = first &>> 12
    return (first & 0xFFF | (second & 0xFFF) &<< count, count &+ second &>> 12)
  }
}
