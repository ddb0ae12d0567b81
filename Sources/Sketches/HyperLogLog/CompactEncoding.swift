extension HyperLogLog {
  /// The shortest value that Redis reads as this HyperLogLog, which is one and the same for the same
  /// registers: sparse where that is shorter than dense. Few items take some dozens of bytes.
  ///
  /// As `redisValue` it says that its estimate is out of date.
  public var compactRedisValue: [UInt8] { sparseValue ?? redisValue }

  /// Nil where it cannot be written so, or not in fewer bytes than dense.
  private var sparseValue: [UInt8]? {
    var bytes = HyperLogLog.header(.sparse)
    var index = 0
    while index < registers.count, bytes.count < HyperLogLog.denseByteCount {
      let value = registers[index]
      // Five bits hold 1 to 32.
      guard value <= 32 else { return nil }
      let end = min(endOfRun(from: index), index + (value == 0 ? registers.count : 4))
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
    return bytes.count < HyperLogLog.denseByteCount ? bytes : nil
  }
}
