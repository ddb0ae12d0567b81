/// The HyperLogLog of Redis: for each of 16384 registers the longest run of zeros that a hash had.
///
/// Source: `hyperloglog.c` of Redis 7.0 and its comments. An item's hash chooses a register by 14 bits;
/// the register keeps the largest number of zeros, and one, that the other 50 bits began with. So a
/// register is 0 to 51, only grows, and the merge of two is their maximum.
public struct HyperLogLog: Equatable, Sendable {
  /// 16384 of them.
  public private(set) var registers: [UInt8]

  static let registerCount = 1 << 14
  /// The zeros of 50 bits, and one.
  static let registerMax: UInt8 = 51

  /// What no item was added to.
  public init() { registers = [UInt8](repeating: 0, count: HyperLogLog.registerCount) }

  /// As many as there have to be, and none above the maximum.
  init(validRegisters: [UInt8]) { registers = validRegisters }

  public var isEmpty: Bool { registers[0] == 0 && endOfRun(from: 0) == registers.count }

  /// Where the registers of the same value end that begin here. After few items nearly all are zero, so
  /// these are passed over eight at a time.
  func endOfRun(from start: Int) -> Int {
    let registers = registers.span
    let value = registers[start]
    var end = start + 1
    if value == 0 {
      while end + 8 <= registers.count, registers.word(at: end) == 0 { end += 8 }
    }
    while end < registers.count, registers[end] == value { end += 1 }
    return end
  }

  /// How many registers have which value.
  var histogram: [Int] {
    var histogram = [Int](repeating: 0, count: Int(HyperLogLog.registerMax) + 1)
    var index = 0
    while index < registers.count {
      let end = endOfRun(from: index)
      histogram[Int(registers[index])] += end - index
      index = end
    }
    return histogram
  }

  /// Adds everything another one has seen.
  public mutating func merge(_ other: HyperLogLog) {
    for index in registers.indices {
      registers[index] = max(registers[index], other.registers[index])
    }
  }

  /// The one that has seen everything either has.
  public func merged(with other: HyperLogLog) -> HyperLogLog {
    var both = self
    both.merge(other)
    return both
  }
}
