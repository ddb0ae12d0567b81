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
  static let denseByteCount = headerByteCount + registerCount * 6 / 8

  enum Encoding: UInt8 { case dense, sparse }

  /// It says that the estimate is out of date, so that Redis computes its own.
  static func header(_ encoding: Encoding) -> [UInt8] {
    magic + [encoding.rawValue] + [UInt8](repeating: 0, count: 10) + [0x80]
  }

  /// Reads the bytes that `GET` returns. Throws where not all of them are as Redis writes them.
  public init(redisValue bytes: [UInt8]) throws(SketchError) {
    guard bytes.count >= HyperLogLog.headerByteCount else {
      throw .wrongLength(expected: HyperLogLog.headerByteCount, found: bytes.count)
    }
    guard Array(bytes[..<4]) == HyperLogLog.magic, let encoding = Encoding(rawValue: bytes[4])
    else { throw .unknownFormat }
    guard bytes[5...7].allSatisfy({ $0 == 0 }) else { throw .contradiction(.reserved) }
    let registers =
      switch encoding {
      case .dense: try HyperLogLog.readDense(bytes)
      case .sparse: HyperLogLog.readSparse(bytes)
      }
    guard let registers else { throw .corrupt(.registers) }
    self.init(validRegisters: registers)
  }

  /// The bytes of a dense one, for `SET`.
  public var redisValue: [UInt8] {
    var bytes = HyperLogLog.header(.dense)
    bytes.reserveCapacity(HyperLogLog.denseByteCount)
    let registers = registers.span
    for first in stride(from: 0, to: registers.count, by: 4) {
      // Four registers are three bytes.
      var bits: UInt32 = 0
      for index in 0..<4 { bits |= UInt32(registers[first + index]) << UInt32(6 * index) }
      for index in 0..<3 { bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(8 * index))) }
    }
    return bytes
  }

  /// Nil where a register is above the maximum.
  private static func readDense(_ bytes: [UInt8]) throws(SketchError) -> [UInt8]? {
    guard bytes.count == denseByteCount else {
      throw .wrongLength(expected: denseByteCount, found: bytes.count)
    }
    let bytes = bytes.span
    var registers: [UInt8] = []
    registers.reserveCapacity(registerCount)
    var highest: UInt8 = 0
    for first in stride(from: headerByteCount, to: denseByteCount, by: 3) {
      var bits: UInt32 = 0
      for index in 0..<3 { bits |= UInt32(bytes[first + index]) << UInt32(8 * index) }
      for index in 0..<4 {
        let register = UInt8(truncatingIfNeeded: bits >> UInt32(6 * index) & 63)
        highest = max(highest, register)
        registers.append(register)
      }
    }
    return highest <= registerMax ? registers : nil
  }

  /// Nil where they are not as many as there have to be.
  private static func readSparse(_ bytes: [UInt8]) -> [UInt8]? {
    let bytes = bytes.span
    var registers = [UInt8](repeating: 0, count: registerCount)
    var count = 0
    var position = headerByteCount
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      var (value, run): (UInt8, Int) = (0, Int(byte & 63) + 1)
      if byte & 0x80 != 0 {
        (value, run) = (byte >> 2 & 31 + 1, Int(byte & 3) + 1)
      } else if byte & 0x40 != 0 {
        guard position < bytes.count else { return nil }
        run = Int(byte & 63) << 8 + Int(bytes[position]) + 1
        position += 1
      }
      guard count + run <= registerCount else { return nil }
      if value > 0 {
        for index in count..<count + run { registers[index] = value }
      }
      count += run
    }
    return count == registerCount ? registers : nil
  }
}
