/// The value of a HyperLogLog key of Redis.
///
///     bytes 0...3   "HYLL"
///     byte 4        0 dense, 1 sparse        bytes 5...7  zero
///     bytes 8...15  the estimate as it was last computed; bit 63: something was added since
///
/// Dense: 16384 registers of six bits, the first in the lowest bits. Sparse: one after the other
///
///     00xxxxxx            x + 1 registers are zero
///     01xxxxxx yyyyyyyy   x * 256 + y + 1 registers are zero
///     1vvvvvxx            x + 1 registers are v + 1
///
/// Source: `hyperloglog.c` of Redis 7.0.
extension HyperLogLog {
  private static let magic = Array("HYLL".utf8)
  private static let headerByteCount = 16
  private static let denseByteCount = headerByteCount + registerCount * 6 / 8

  /// Reads the bytes that `GET` returns. Throws where not all of them are as Redis writes them.
  public init(redisValue bytes: [UInt8]) throws(SketchError) {
    guard bytes.count >= HyperLogLog.headerByteCount else {
      throw .wrongLength(expected: HyperLogLog.headerByteCount, found: bytes.count)
    }
    guard Array(bytes[..<4]) == HyperLogLog.magic, bytes[4] <= 1 else { throw .unknownFormat }
    guard bytes[5...7].allSatisfy({ $0 == 0 }) else { throw .contradiction(.reserved) }
    let registers =
      bytes[4] == 0
      ? try HyperLogLog.readDense(bytes)
      : HyperLogLog.readSparse(bytes[HyperLogLog.headerByteCount...])
    guard let registers, registers.allSatisfy({ $0 <= HyperLogLog.registerMax }) else {
      throw .corrupt(.registers)
    }
    self.init(validRegisters: registers)
  }

  /// The bytes of a dense one, for `SET`. It says that its estimate is out of date, so that Redis
  /// computes its own.
  public var redisValue: [UInt8] {
    var bytes = HyperLogLog.magic + [UInt8](repeating: 0, count: 12)
    bytes[15] = 0x80
    bytes.reserveCapacity(HyperLogLog.denseByteCount)
    for first in stride(from: 0, to: registers.count, by: 4) {
      // Four registers are three bytes.
      let bits = (0..<4).reduce(0) { $0 | Int(registers[first + $1]) << (6 * $1) }
      for byte in 0..<3 { bytes.append(UInt8(bits >> (8 * byte) & 0xFF)) }
    }
    return bytes
  }

  private static func readDense(_ bytes: [UInt8]) throws(SketchError) -> [UInt8] {
    guard bytes.count == denseByteCount else {
      throw .wrongLength(expected: denseByteCount, found: bytes.count)
    }
    var registers: [UInt8] = []
    registers.reserveCapacity(registerCount)
    for first in stride(from: headerByteCount, to: bytes.count, by: 3) {
      let bits = (0..<3).reduce(0) { $0 | Int(bytes[first + $1]) << (8 * $1) }
      for register in 0..<4 { registers.append(UInt8(bits >> (6 * register) & 63)) }
    }
    return registers
  }

  /// Nil where they are not as many as there have to be.
  private static func readSparse(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
    var registers: [UInt8] = []
    registers.reserveCapacity(registerCount)
    var position = bytes.startIndex
    while position < bytes.endIndex {
      let byte = bytes[position]
      position += 1
      var (value, run): (UInt8, Int) = (0, Int(byte & 63) + 1)
      if byte & 0x80 != 0 {
        (value, run) = (byte >> 2 & 31 + 1, Int(byte & 3) + 1)
      } else if byte & 0x40 != 0 {
        guard position < bytes.endIndex else { return nil }
        run = Int(byte & 63) << 8 + Int(bytes[position]) + 1
        position += 1
      }
      guard registers.count + run <= registerCount else { return nil }
      registers.append(contentsOf: repeatElement(value, count: run))
    }
    return registers.count == registerCount ? registers : nil
  }
}
