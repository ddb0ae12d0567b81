/// How coupons that are sorted by row and column are written: from each to the next the step in the
/// columns by a prefix code, the step in the rows by a Golomb-Rice code.
enum PairCode {
  /// What the reader may look ahead.
  private static let lookAhead = 10

  /// The lower bits of a step in the rows that are written as they are.
  private static func baseBitCount(pairCount: Int, lgK: Int) -> Int {
    let rowsPerPair = (1 << lgK) / max(1, pairCount)
    return rowsPerPair == 0 ? 0 : Int.bitWidth - 1 - rowsPerPair.leadingZeroBitCount
  }

  static func write(_ pairs: [UInt32], lgK: Int) -> [UInt8] {
    let baseBits = baseBitCount(pairCount: pairs.count, lgK: lgK)
    let baseMask = 1 << baseBits - 1
    let columnCode = CodeTables.columnStep.words
    var writer = BitWriter(expectedBitCount: pairs.count * (baseBits + 5))
    var (row, expectedColumn) = (0, 0)
    for pair in pairs {
      let (nextRow, column) = (Int(pair &>> 6), Int(pair & 63))
      if nextRow != row { expectedColumn = 0 }
      let word = UInt64(columnCode[column &- expectedColumn])
      let length = word &>> 12
      let step = nextRow &- row
      let zeros = step &>> baseBits
      // Behind the zeros a one that ends them, and the lower bits of the step.
      let tail = UInt64(truncatingIfNeeded: step & baseMask) &<< 1 | 1
      if zeros &+ baseBits < 50 {
        let skipped = UInt64(truncatingIfNeeded: zeros) &+ length
        writer.append(
          word & 0xFFF | tail &<< skipped,
          count: skipped &+ UInt64(truncatingIfNeeded: baseBits &+ 1))
      } else {
        writer.append(word & 0xFFF, count: length)
        writer.appendZeros(zeros)
        writer.append(tail, count: UInt64(1 + baseBits))
      }
      row = nextRow
      expectedColumn = column + 1
    }
    writer.appendZeros(max(0, lookAhead - baseBits))
    return writer.bytes()
  }

  /// The pairs that `part` of the bytes holds, in ascending order and with rows below k. Memory is
  /// taken only for as many as there may be.
  static func read(
    _ bytes: [UInt8], part: Range<Int>, pairCount: Int, lgK: Int
  ) throws(SketchError) -> [UInt32] {
    let baseBits = baseBitCount(pairCount: pairCount, lgK: lgK)
    let baseMask = 1 << baseBits - 1
    let padding = max(0, lookAhead - baseBits)
    guard pairCount * (2 + baseBits) + padding <= part.count * 8 else { throw .corrupt(.pairs) }
    let symbols = CodeTables.columnStep.symbols
    var reader = BitReader(bytes, part: part)
    var pairs = [UInt32](repeating: 0, count: pairCount)
    var (row, expectedColumn, columnBits) = (0, 0, 0)
    // What is next, and how much of it is certain.
    var (bits, left, position): (UInt64, Int, Int) = (0, 0, reader.position)
    for index in pairs.indices {
      if left < 24 &+ baseBits { (bits, left) = (reader.peek(at: position), 57) }
      let entry = Int(symbols[Int(truncatingIfNeeded: bits & 0xFFF)])
      let length = entry & 0xFF
      let rest = bits &>> UInt64(truncatingIfNeeded: length)
      let zeros = rest.trailingZeroBitCount
      let used = length &+ zeros &+ 1 &+ baseBits
      let step: Int
      if used <= left {
        let base = Int(truncatingIfNeeded: rest &>> UInt64(truncatingIfNeeded: zeros &+ 1))
        step = zeros &<< baseBits | base & baseMask
        bits &>>= UInt64(truncatingIfNeeded: used)
        left &-= used
        position &+= used
      } else {
        reader.position = position + length
        step = readLongStep(&reader, baseBits: baseBits)
        (left, position) = (0, reader.position)
      }
      if step > 0 { expectedColumn = 0 }
      row += step
      let column = expectedColumn &+ entry &>> 8
      columnBits |= column
      pairs[index] = UInt32(truncatingIfNeeded: row &<< 6 | column)
      expectedColumn = column &+ 1
    }
    // Rows only grow, and of the columns one that is too large leaves its bit: the loop need not look.
    guard row < 1 << lgK, columnBits < 64 else { throw .corrupt(.pairs) }
    reader.position = position
    guard reader.endsWith(padding: padding) else { throw .corrupt(.pairs) }
    return pairs
  }

  /// A step in the rows; too large a number where the bits end before it does.
  private static func readLongStep(_ reader: inout BitReader, baseBits: Int) -> Int {
    var zeros = 0
    var bits = reader.peek()
    while bits & 0xFFFF_FFFF == 0 {
      zeros += 32
      reader.position += 32
      if reader.isExhausted { return 1 << 32 }
      bits = reader.peek()
    }
    let more = bits.trailingZeroBitCount
    zeros += more
    reader.position += more + 1
    let base = Int(truncatingIfNeeded: reader.peek()) & (1 << baseBits - 1)
    reader.position += baseBits
    return zeros << baseBits | base
  }
}
