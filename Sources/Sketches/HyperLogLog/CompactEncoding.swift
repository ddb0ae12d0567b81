extension HyperLogLog {
  /// The shortest value that Redis reads as this HyperLogLog, which is one and the same for the same
  /// registers: sparse where that is shorter than dense. Few items take some dozens of bytes.
  ///
  /// As `redisValue` it says that its estimate is out of date.
  public var compactRedisValue: [UInt8] {
    let dense = redisValue
    guard let sparse = sparseValue(byteCountMax: dense.count) else { return dense }
    return sparse.count < dense.count ? sparse : dense
  }

  /// Nil where it cannot be written so, or not in as few bytes.
  private func sparseValue(byteCountMax: Int) -> [UInt8]? {
    // Header as of a dense one, but for the encoding.
    var bytes = Array(redisValue.prefix(16))
    bytes[4] = 1
    var index = 0
    while index < registers.count, bytes.count <= byteCountMax {
      let value = registers[index]
      // Five bits hold 1 to 32.
      guard value <= 32 else { return nil }
      let runMax = value == 0 ? registers.count : 4
      var end = index + 1
      while end < registers.count, end - index < runMax, registers[end] == value { end += 1 }
      let more = end - index - 1
      if value > 0 {
        bytes.append(0x80 | (value - 1) << 2 | UInt8(more))
      } else if more < 64 {
        bytes.append(UInt8(more))
      } else {
        bytes.append(0x40 | UInt8(more >> 8))
        bytes.append(UInt8(more & 0xFF))
      }
      index = end
    }
    return index == registers.count ? bytes : nil
  }
}
