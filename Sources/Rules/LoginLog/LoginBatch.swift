/// Login bitmaps as they come from Redis, in no order and perhaps repeated, until they are sorted into a
/// `LoginRun`.
///
/// Bounded: ids lie in one array of bytes, all else takes 24 bytes a bitmap.
public struct LoginBatch: Sendable {
  /// Room for ids, as bytes a bitmap: longer ones make smaller runs.
  static let idBytesPerBitmap = 16
  /// Types are few; whoever has more of them gets smaller runs.
  static let groupsMax = 1024

  /// Bitmaps that may come when it is nearly full.
  private static let pageReserve = 4096

  public let countMax: Int
  var groups: [LoginGroup] = []
  var ids: [UInt8] = []
  var logins: [PackedLogin] = []
  private var groupNumbers: [LoginGroup: UInt32] = [:]

  /// `countMax` bitmaps fill it; reserves their room at once, and that of a last page of SCAN, because
  /// growing would need it twice.
  public init(countMax: Int) {
    self.countMax = countMax
    logins.reserveCapacity(countMax + min(countMax, LoginBatch.pageReserve))
    ids.reserveCapacity(countMax * LoginBatch.idBytesPerBitmap)
  }

  public var isEmpty: Bool { logins.isEmpty }

  /// Whether it is time to make a run of it. What is added beyond is kept, too.
  public var isFull: Bool {
    logins.count >= countMax || ids.count >= countMax * LoginBatch.idBytesPerBitmap
      || groups.count >= LoginBatch.groupsMax
  }

  /// `type` and `id` are those of a `UserKey`.
  public mutating func add(
    _ month: Month, type: Span<UInt8>, id: Span<UInt8>, _ bitmap: LoginBitmap
  ) {
    let start = ids.count
    for index in id.indices { ids.append(id[index]) }
    logins.append(
      PackedLogin(
        idStart: UInt32(start), group: number(of: month, type), idByteCount: UInt8(id.count),
        bitmapByteCount: UInt8(bitmap.byteCount), bits: bitmap.days.bits))
  }

  public mutating func add(_ key: UserMonth, _ bitmap: LoginBitmap) {
    add(key.month, type: key.user.type.span, id: key.user.id.span, bitmap)
  }

  /// Looks at the first groups one by one, since there are seldom more.
  private mutating func number(of month: Month, _ type: Span<UInt8>) -> UInt32 {
    for number in groups.indices.prefix(8)
    where groups[number].month == month && groups[number].type.isEqual(to: type) {
      return UInt32(number)
    }
    let group = LoginGroup(month: month, type: Array(type))
    if let number = groupNumbers[group] { return number }
    let number = UInt32(groups.count)
    groups.append(group)
    groupNumbers[group] = number
    return number
  }
}
