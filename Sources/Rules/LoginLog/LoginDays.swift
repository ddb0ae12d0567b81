/// The days of one month on which one user logged in: bit d stands for day d, 1 to 31.
///
/// Unit: as in the column `days`, day 1 is the value 2, day 31 the value 2^31. Bit 0 is never set.
/// Merge: bitwise OR, since a login is never taken back.
public struct LoginDays: Mergeable, Hashable {
  public var bits: UInt32

  public init(bits: UInt32) { self.bits = bits }

  public func merged(with other: LoginDays) -> LoginDays { LoginDays(bits: bits | other.bits) }

  public var isEmpty: Bool { bits == 0 }
  public var dayCount: Int { bits.nonzeroBitCount }
  /// False for anything that is no day of a month.
  public func contains(day: Int) -> Bool { (1...31).contains(day) && bits >> day & 1 == 1 }

  /// The days of the month, in order.
  public var daysOfMonth: [Int] { (1...31).filter(contains) }
}

/// Why a bitmap is no month of logins.
public enum LoginBitmapFault: Error, Equatable, Sendable {
  /// Something is set beyond the fourth byte, or the value is too long to look.
  case tooLong(byteCount: Int)
  /// A bit stands for no day of the month: 0, or 31 in November.
  case dayOutsideMonth(day: Int)
}

extension LoginDays {
  /// Reads a Redis bitmap, as SETBIT writes it.
  ///
  ///     byte      0                1          …
  ///     bit    7 6 5 4 3 2 1 0   7 6 5 …
  ///     day    0 1 2 3 4 5 6 7   8 9 10 …
  ///
  /// Redis counts bits from the highest of byte 0 (documented with SETBIT). A shorter value has
  /// zeros behind its end; a longer one is accepted where all it has beyond four bytes is zero.
  /// Source: <https://redis.io/docs/latest/commands/setbit/>
  public init(bitmap: Span<UInt8>, of month: Month) throws(LoginBitmapFault) {
    var word: UInt32 = 0
    for position in 0..<min(4, bitmap.count) {
      word |= UInt32(bitmap[position]) << UInt32(24 - 8 * position)
    }
    // The highest bit of the word is day 0; in `bits` it is the lowest.
    let bits = word.bitsReversed
    let days = UInt32.max << 1 & UInt32.max >> UInt32(31 - month.dayCount)
    guard bits & ~days == 0 else {
      throw .dayOutsideMonth(day: (bits & ~days).trailingZeroBitCount)
    }
    for position in 0..<bitmap.count where position >= 4 && bitmap[position] != 0 {
      throw .tooLong(byteCount: bitmap.count)
    }
    self.init(bits: bits)
  }

  public init(bitmap: some Collection<UInt8>, of month: Month) throws(LoginBitmapFault) {
    try self.init(bitmap: Array(bitmap).span, of: month)
  }
}

extension UInt32 {
  /// The lowest bit as the highest and so on: neighbours are exchanged, then pairs, then fours.
  fileprivate var bitsReversed: UInt32 {
    var bits = byteSwapped
    bits = (bits & 0xF0F0_F0F0) >> 4 | (bits & 0x0F0F_0F0F) << 4
    bits = (bits & 0xCCCC_CCCC) >> 2 | (bits & 0x3333_3333) << 2
    return (bits & 0xAAAA_AAAA) >> 1 | (bits & 0x5555_5555) << 1
  }
}
