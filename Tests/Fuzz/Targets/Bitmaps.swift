import Rules

extension FuzzTarget {
  /// A bitmap is read as SETBIT wrote it: day by day the same as by the plainest reader there is,
  /// refused exactly where a bit is no day, and given back byte for byte.
  ///
  /// Input: a byte that chooses the month, then the bitmap, twice where it is long enough to be halved.
  static let bitmaps = FuzzTarget("bitmaps") { input in
    let month = Month(index: 2017 * 12 + Int(input.first ?? 0))
    let bytes = Array(input.dropFirst())
    let half = bytes.count / 2
    _ = try read(bytes, month)
    let first = try read(Array(bytes[..<half]), month)
    let second = try read(Array(bytes[half...]), month)
    guard let first, let second else { return }
    let longer = max(half, bytes.count - half)
    let merged = (0..<longer).map { position in
      (position < half ? bytes[position] : 0)
        | (position + half < bytes.count ? bytes[position + half] : 0)
    }
    try require(first.merged(with: second).bytes, equals: merged, "both, merged byte by byte")
  }
}

/// Nil where it has to be refused, and is.
private func read(_ bytes: [UInt8], _ month: Month) throws -> LoginBitmap? {
  let days = (0..<bytes.count * 8).filter { bytes[$0 / 8] & 0x80 >> ($0 % 8) != 0 }
  let bitmap = try? LoginBitmap(bytes: bytes, of: month)
  guard bytes.count <= LoginBitmap.byteCountMax,
    days.allSatisfy({ (1...month.dayCount).contains($0) })
  else {
    try require(bitmap == nil, "a bitmap is accepted with the bits \(days) in \(month)")
    return nil
  }
  guard let bitmap else { throw Finding(description: "refused, with days \(days) of \(month)") }
  try require(bitmap.days.daysOfMonth, equals: days, "the days of \(month)")
  try require(bitmap.bytes, equals: bytes, "the bytes given back")
  return bitmap
}
