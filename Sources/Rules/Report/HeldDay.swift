/// What Redis holds of one day, packed: some ten bytes a counter and two to four for each of its hours,
/// so that all of a hundred thousand images lie in a few megabytes.
///
/// Each as bytes: length of the code (1), the code, metric and whether there is a live count (1), number
/// of the lineage (varint; 0 for none), number of hours (1), then for each hour and for the live count the
/// hour (1) and the count (varint). A varint has seven bits a byte, the lowest first.
public struct HeldDay: Sendable {
  public private(set) var count = 0
  private var bytes: [UInt8] = []
  private var lineages: [Lineage] = []

  public init() {}

  public mutating func append(_ held: HeldCount) {
    count += 1
    bytes.append(UInt8(held.code.bytes.count))
    bytes += held.code.bytes
    bytes.append((held.metric == .show ? 0 : 1) | (held.live == nil ? 0 : 2))
    append(held.lineage.map { UInt64(number(of: $0)) } ?? 0)
    bytes.append(UInt8(held.hours.count))
    for value in held.hours { append(value) }
    if let live = held.live { append(live) }
  }

  /// Hands all over in the order they came, at most `size` at a time.
  public func forEachBatch(of size: Int, _ body: ([HeldCount]) throws -> Void) rethrows {
    var reader = Reader(bytes: bytes, lineages: lineages)
    var batch: [HeldCount] = []
    while let held = reader.next() {
      batch.append(held)
      if batch.count == size {
        try body(batch)
        batch = []
      }
    }
    if !batch.isEmpty { try body(batch) }
  }

  /// Counted from 1. There are few: one for each life of Redis.
  private mutating func number(of lineage: Lineage) -> Int {
    if let index = lineages.firstIndex(of: lineage) { return index + 1 }
    lineages.append(lineage)
    return lineages.count
  }

  private mutating func append(_ value: HourValue) {
    bytes.append(UInt8(value.hour))
    append(value.count)
  }

  private mutating func append(_ number: UInt64) {
    var rest = number
    while rest > 127 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 128)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}

/// Takes apart what `HeldDay` wrote, and nobody else could have.
private struct Reader {
  let bytes: [UInt8]
  let lineages: [Lineage]
  private var position = 0

  init(bytes: [UInt8], lineages: [Lineage]) {
    self.bytes = bytes
    self.lineages = lineages
  }

  /// Nil at the end.
  mutating func next() -> HeldCount? {
    guard position < bytes.count else { return nil }
    let length = Int(byte())
    let code = Code(bytes[position..<position + length])
    position += length
    let flags = byte()
    let lineage = Int(number())
    let hours = (0..<Int(byte())).map { _ in value() }
    let live = flags & 2 == 0 ? nil : value()
    return code.map { code in
      HeldCount(
        code: code, metric: flags & 1 == 0 ? .show : .click,
        lineage: lineage == 0 ? nil : lineages[lineage - 1], hours: hours, live: live)
    }
  }

  private mutating func value() -> HourValue {
    let hour = Int(byte())
    return HourValue(hour: hour, count: number())
  }

  private mutating func number() -> UInt64 {
    var (number, shift) = (UInt64(0), UInt64(0))
    while true {
      let byte = byte()
      number |= UInt64(byte & 127) << shift
      if byte < 128 { return number }
      shift += 7
    }
  }

  private mutating func byte() -> UInt8 {
    defer { position += 1 }
    return bytes[position]
  }
}
