/// One bitmap of a batch or a run, in 24 bytes besides its user's id.
struct PackedLogin {
  /// The first bytes of the id behind those that all ids of the group begin with: compared at once where
  /// whole ids would be compared byte by byte. Nothing until the batch is sorted.
  var order: UInt64 = 0
  /// Where the id begins.
  let idStart: UInt32
  var group: UInt32
  let idByteCount: UInt8
  var bitmapByteCount: UInt8
  var bits: UInt32

  var idRange: Range<Int> { Int(idStart)..<Int(idStart) + Int(idByteCount) }

  /// By group, then by id, byte by byte.
  static func precedes(_ a: PackedLogin, _ b: PackedLogin, _ ids: [UInt8]) -> Bool {
    if a.group != b.group { return a.group < b.group }
    if a.order != b.order { return a.order < b.order }
    return ids[a.idRange].lexicographicallyPrecedes(ids[b.idRange])
  }

  func isSameUser(as other: PackedLogin, _ ids: [UInt8]) -> Bool {
    group == other.group && order == other.order && ids[idRange] == ids[other.idRange]
  }

  /// Eight bytes of `ids`, the first as the highest; zeros behind the end of the id, where only the whole
  /// ids can tell.
  func orderingBytes(_ ids: [UInt8], behind skipped: Int) -> UInt64 {
    var order: UInt64 = 0
    for position in idRange.dropFirst(skipped).prefix(8) {
      order = order << 8 | UInt64(ids[position])
    }
    let missing = max(0, 8 - max(0, Int(idByteCount) - skipped))
    return missing == 8 ? 0 : order << UInt64(8 * missing)
  }
}
