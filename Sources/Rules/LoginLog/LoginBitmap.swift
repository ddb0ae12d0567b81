/// A login bitmap exactly as Redis holds it: its days, and how many bytes it is long.
///
/// Two bitmaps of the same days may differ in length, since SETBIT to 0 leaves zero bytes behind. A
/// deletion that compares bytes must know them all; days and length give them back.
/// Merge: bitwise OR, the longer length.
public struct LoginBitmap: Mergeable, Hashable {
  /// Longer values are not read: 4 bytes hold a month, and a value may be 512 MB long.
  public static let byteCountMax = 64

  public let days: LoginDays
  private let length: UInt8

  /// Reads what Redis holds, at most `byteCountMax` bytes of it.
  public init(bytes: some Collection<UInt8>, of month: Month) throws(LoginBitmapFault) {
    guard bytes.count <= LoginBitmap.byteCountMax else {
      throw .tooLong(byteCount: bytes.count)
    }
    days = try LoginDays(bitmap: bytes, of: month)
    length = UInt8(bytes.count)  // because it is at most 64
  }

  private init(days: LoginDays, length: UInt8) {
    self.days = days
    self.length = length
  }

  public func merged(with other: LoginBitmap) -> LoginBitmap {
    LoginBitmap(days: days.merged(with: other.days), length: max(length, other.length))
  }

  /// The bytes, as Redis holds them: day d is bit `0x80 >> d % 8` of byte `d / 8`.
  public var bytes: [UInt8] {
    var bytes = [UInt8](repeating: 0, count: Int(length))
    for day in days.daysOfMonth { bytes[day / 8] |= 0x80 >> UInt8(day % 8) }
    return bytes
  }
}

/// A batch of login bitmaps, as read from Redis, in the order of `login_month`'s primary key.
public typealias LoginRun = SortedRun<UserMonth, LoginBitmap>

extension LoginBitmapFault: CustomStringConvertible {
  public var description: String {
    switch self {
    case .tooLong(let byteCount) where byteCount > LoginBitmap.byteCountMax:
      "longer than \(LoginBitmap.byteCountMax) bytes, where 4 hold a month"
    case .tooLong: "something is set beyond its 4th byte, where 4 hold a month"
    case .dayOutsideMonth(let day): "bit \(day) is set, which is no day of its month"
    }
  }
}
