/// A line of at most fifteen bytes, as the hash takes it: two words, little-endian, with zeros behind
/// its end.
struct ShortLine {
  let first: UInt64
  let second: UInt64
  let count: Int

  /// Reads what stands before the next line feed; nil where sixteen bytes hold none, or there are fewer.
  /// - Parameter start: not negative.
  @inline(__always)
  init?(_ text: borrowing Span<UInt8>, at start: Int) {
    guard start &+ 16 <= text.count else { return nil }
    // All sixteen bytes were just found to be there.
    let words = unsafe (text.uncheckedWord(at: start), text.uncheckedWord(at: start &+ 8))
    let firstMarks = words.0.lineFeedMarks
    if firstMarks != 0 {
      (first, second) = (words.0 & firstMarks.bytesBelow, 0)
      count = firstMarks.trailingZeroBitCount &>> 3
      return
    }
    let secondMarks = words.1.lineFeedMarks
    guard secondMarks != 0 else { return nil }
    (first, second) = (words.0, words.1 & secondMarks.bytesBelow)
    count = 8 &+ secondMarks.trailingZeroBitCount &>> 3
  }
}

extension Span<UInt8> {
  /// Where the next line feed is, or else the end.
  @inline(__always)
  func lineEnd(from start: Int) -> Int {
    var position = start
    while position &+ 8 <= count {
      let marks = word(at: position).lineFeedMarks
      if marks != 0 { return position &+ marks.trailingZeroBitCount &>> 3 }
      position &+= 8
    }
    while position < count, self[position] != 0x0A { position &+= 1 }
    return position
  }
}

extension UInt64 {
  /// The uppermost bit of the first byte that is a line feed, and perhaps of bytes above it; zero where
  /// there is none. Of eight bytes in which line feeds became zeros, subtracting one from each of them
  /// sets it.
  @inline(__always)
  fileprivate var lineFeedMarks: UInt64 {
    let bytes = self ^ 0x0A0A_0A0A_0A0A_0A0A
    return (bytes &- 0x0101_0101_0101_0101) & ~bytes & 0x8080_8080_8080_8080
  }

  /// Of marks, of which there must be one: all bits of the bytes below the first.
  @inline(__always)
  fileprivate var bytesBelow: UInt64 { (self & (0 &- self)) &>> 7 &- 1 }
}
