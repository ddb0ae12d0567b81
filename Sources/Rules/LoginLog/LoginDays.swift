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
  public init(bitmap: some Collection<UInt8>, of month: Month) throws(LoginBitmapFault) {
    var bits: UInt32 = 0
    for (position, byte) in bitmap.enumerated() where byte != 0 {
      guard position < 4 else { throw .tooLong(byteCount: bitmap.count) }
      for bit in 0..<8 where byte & (0x80 >> UInt8(bit)) != 0 {
        let day = position * 8 + bit
        guard day >= 1, day <= month.dayCount else { throw .dayOutsideMonth(day: day) }
        bits |= 1 << UInt32(day)
      }
    }
    self.init(bits: bits)
  }
}
