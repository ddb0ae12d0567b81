/// What kind of value a column of a bulk statement takes, and how much room it needs.
public enum BulkColumn: Sendable {
  /// A string of bytes, at most so many.
  case bytes(max: Int)
  /// A whole number, not negative.
  case unsigned

  var byteCountMax: Int {
    switch self {
    case .bytes(let count): count
    case .unsigned: 8
    }
  }
}

/// The values of some rows, each at a place of its own that never moves: the client library reads them
/// from there when the statement is sent.
///
/// Shape: row after row, in each of them one slot a column, as large as the column's largest value.
final class BulkRows {
  let columns: [BulkColumn]
  let rowCountMax: Int
  /// How many values were put in so far, over all rows.
  private(set) var valueCount = 0
  private let offsets: [Int]
  private let rowByteCount: Int
  private let slots: UnsafeMutableRawPointer
  private let lengths: UnsafeMutablePointer<UInt>

  init(_ columns: [BulkColumn], rowCountMax: Int) {
    precondition(!columns.isEmpty && rowCountMax > 0, "a statement has rows, a row has columns")
    self.columns = columns
    self.rowCountMax = rowCountMax
    var byteCount = 0
    // Each slot begins where a number may lie.
    offsets = columns.map { column in
      defer { byteCount += (column.byteCountMax + 7) / 8 * 8 }
      return byteCount
    }
    rowByteCount = byteCount
    slots = .allocate(byteCount: max(1, rowCountMax * byteCount), alignment: 8)
    lengths = .allocate(capacity: rowCountMax * columns.count)
    lengths.initialize(repeating: 0, count: rowCountMax * columns.count)
  }

  deinit {
    slots.deallocate()
    lengths.deallocate()
  }

  /// Rows that have all their values.
  var rowCount: Int { valueCount / columns.count }
  var isFull: Bool { valueCount == rowCountMax * columns.count }

  func append(_ number: UInt64) {
    slot(valueCount).storeBytes(of: number, as: UInt64.self)
    lengths[valueCount] = 8
    valueCount += 1
  }

  /// No longer than the column takes: what a place is too small for is an error of the program.
  func append(_ bytes: Span<UInt8>) {
    let room = columns[valueCount % columns.count].byteCountMax
    precondition(bytes.count <= room, "a value of \(bytes.count) bytes in a column of \(room)")
    bytes.withUnsafeBufferPointer { source in
      guard let start = source.baseAddress else { return }
      slot(valueCount).copyMemory(from: start, byteCount: source.count)
    }
    lengths[valueCount] = UInt(bytes.count)
    valueCount += 1
  }

  func removeAll() { valueCount = 0 }

  /// Where a value lies; values are counted over all rows.
  func slot(_ value: Int) -> UnsafeMutableRawPointer {
    precondition(value < rowCountMax * columns.count, "no place for a row more")
    let (row, column) = value.quotientAndRemainder(dividingBy: columns.count)
    return slots + row * rowByteCount + offsets[column]
  }

  /// Where its length in bytes stands.
  func length(_ value: Int) -> UnsafeMutablePointer<UInt> { lengths + value }
}
