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
  public init(bytes: Span<UInt8>, of month: Month) throws(LoginBitmapFault) {
    guard bytes.count <= LoginBitmap.byteCountMax else {
      throw .tooLong(byteCount: bytes.count)
    }
    days = try LoginDays(bitmap: bytes, of: month)
    length = UInt8(bytes.count)  // because it is at most 64
  }

  public init(bytes: some Collection<UInt8>, of month: Month) throws(LoginBitmapFault) {
    try self.init(bytes: Array(bytes).span, of: month)
  }

  /// `byteCount` is at most `byteCountMax`.
  init(days: LoginDays, byteCount: Int) {
    self.days = days
    length = UInt8(byteCount)
  }

  private init(days: LoginDays, length: UInt8) {
    self.days = days
    self.length = length
  }

  public var byteCount: Int { Int(length) }

  public func merged(with other: LoginBitmap) -> LoginBitmap {
    LoginBitmap(days: days.merged(with: other.days), length: max(length, other.length))
  }

  /// The bytes, as Redis holds them: day d is bit `0x80 >> d % 8` of byte `d / 8`.
  public var bytes: [UInt8] { (0..<byteCount).map { byte($0) } }

  /// One of the bytes, counted from 0.
  public func byte(_ position: Int) -> UInt8 {
    var byte: UInt8 = 0
    for bit in 0..<8 where days.contains(day: 8 * position + bit) { byte |= 0x80 >> UInt8(bit) }
    return byte
  }
}

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
