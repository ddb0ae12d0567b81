/// A time zone as its compiled file describes it: the moments at which its clocks were set, and a
/// rule for all time after the last of them.
///
///     header   "TZif" version(1) 15 zero bytes, six counts of four bytes (big-endian):
///              UT indicators, standard indicators, leap seconds, transitions, types, name bytes
///     body     transition times, the type each begins, types (offset 4, is-summer 1, name 1),
///              names, leap seconds, indicators
///
/// The first header and body have times of four bytes and are passed over; from version 2 on the same
/// follows with times of eight bytes, and then a footer: newline, rule, newline.
/// Source: <https://www.rfc-editor.org/rfc/rfc9636>
struct ZoneFile: Sendable {
  /// Ascending instants; `offsets[i]` holds from `transitions[i]` on.
  private let transitions: [Int]
  private let offsets: [Int]
  /// Before the first transition.
  private let firstOffset: Int
  /// After the last transition; nil where the last offset holds for ever.
  private let rule: ZoneRule?

  /// Nil where the bytes are no zone file of version 2 or later (written since 2005).
  init?(_ bytes: [UInt8]) {
    var reader = ByteReader(bytes)
    guard let old = Counts(&reader), reader.skip(old.bodyByteCount(timeBytes: 4)),
      let counts = Counts(&reader), counts.types > 0
    else { return nil }
    var times: [Int] = []
    for _ in 0..<counts.transitions {
      guard let time = reader.signed(8) else { return nil }
      times.append(time)
    }
    guard let typeOfTime = reader.take(counts.transitions) else { return nil }
    var typeOffsets: [Int] = []
    for _ in 0..<counts.types {
      guard let offset = reader.signed(4), ZoneFile.isOffset(offset), reader.skip(2) else {
        return nil
      }
      typeOffsets.append(offset)
    }
    guard typeOfTime.allSatisfy({ Int($0) < typeOffsets.count }),
      zip(times, times.dropFirst()).allSatisfy(<),
      reader.skip(counts.tailByteCount(timeBytes: 8)), let text = reader.footer()
    else { return nil }
    transitions = times
    offsets = typeOfTime.map { typeOffsets[Int($0)] }
    firstOffset = typeOffsets[0]
    if text.isEmpty {
      rule = nil
    } else {
      guard let read = ZoneRule(text) else { return nil }
      rule = read
    }
  }

  /// Less than a day: no place has more, and `LocalClock` looks no further.
  static func isOffset(_ seconds: Int) -> Bool { abs(seconds) < 86_400 }

  /// Seconds ahead of UTC.
  func utcOffsetSeconds(at instant: Int) -> Int {
    if let rule, transitions.last.map({ instant >= $0 }) ?? true {
      return rule.utcOffsetSeconds(at: instant)
    }
    var low = 0
    var high = transitions.count
    while low < high {
      let middle = (low + high) / 2
      if transitions[middle] <= instant { low = middle + 1 } else { high = middle }
    }
    return low == 0 ? firstOffset : offsets[low - 1]
  }
}

/// The six counts of a header, each at most 65,535 here: real files stay below 2,000.
private struct Counts {
  let universal: Int
  let standard: Int
  let leaps: Int
  let transitions: Int
  let types: Int
  let nameBytes: Int

  init?(_ reader: inout ByteReader) {
    guard let magic = reader.take(5), magic.starts(with: Array("TZif".utf8)),
      magic[magic.startIndex + 4] >= UInt8(ascii: "2"), reader.skip(15)
    else { return nil }
    var counts: [Int] = []
    for _ in 0..<6 {
      guard let count = reader.signed(4), (0...65_535).contains(count) else { return nil }
      counts.append(count)
    }
    universal = counts[0]
    standard = counts[1]
    leaps = counts[2]
    transitions = counts[3]
    types = counts[4]
    nameBytes = counts[5]
  }

  func bodyByteCount(timeBytes: Int) -> Int {
    transitions * (timeBytes + 1) + types * 6 + tailByteCount(timeBytes: timeBytes)
  }

  /// What follows the types: names, leap seconds, indicators.
  func tailByteCount(timeBytes: Int) -> Int {
    nameBytes + leaps * (timeBytes + 4) + standard + universal
  }
}

/// Reads bytes from front to back, refusing to read beyond their end.
private struct ByteReader {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
    guard count <= bytes.count - position else { return nil }
    defer { position += count }
    return bytes[position..<position + count]
  }

  mutating func skip(_ count: Int) -> Bool { take(count) != nil }

  /// A big-endian two's complement number of 4 or 8 bytes.
  mutating func signed(_ count: Int) -> Int? {
    guard let slice = take(count) else { return nil }
    let value = slice.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return count == 4 ? Int(Int32(truncatingIfNeeded: value)) : Int(Int64(bitPattern: value))
  }

  /// What stands between two newlines, at the end.
  mutating func footer() -> String? {
    guard let first = take(1), first.first == UInt8(ascii: "\n") else { return nil }
    let rest = bytes[position...]
    guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
    return String(decoding: rest[..<end], as: UTF8.self)
  }
}
