/// Who logs in: a type and an id, bytes, kept exactly.
public struct UserKey: Hashable, Comparable, Sendable {
  public static let typeByteCountMax = 32
  public static let idByteCountMax = 128

  /// 1 to 32 bytes, no `_` among them: in a key the id is everything after the type's `_`.
  public let type: [UInt8]
  /// 1 to 128 bytes.
  public let id: [UInt8]

  /// Nil where a part is empty or too long, or the type has a `_`.
  public init?(type: some Collection<UInt8>, id: some Collection<UInt8>) {
    guard (1...UserKey.typeByteCountMax).contains(type.count),
      (1...UserKey.idByteCountMax).contains(id.count), !type.contains(UInt8(ascii: "_"))
    else { return nil }
    self.type = Array(type)
    self.id = Array(id)
  }

  /// By type, then by id, byte by byte, as MySQL orders the primary key.
  public static func < (a: UserKey, b: UserKey) -> Bool {
    a.type == b.type
      ? a.id.lexicographicallyPrecedes(b.id) : a.type.lexicographicallyPrecedes(b.type)
  }
}
