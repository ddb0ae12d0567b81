import RedisStore
import Rules

extension FuzzTarget {
  /// Keys are bytes that anybody may have written. What is taken for one of ours is put together again
  /// to the very same bytes, by one grammar only; and whatever we name is recognised.
  ///
  /// Input: a digit (1 hash tags, 2 a prefix, 3 both), then the key.
  static let keyNames = FuzzTarget("key-names") { input in
    let choices = input.first ?? 0
    let keyspace = Keyspace(
      prefix: choices & 2 == 0 ? [] : Array("p:[*".utf8), hashTags: choices & 1 == 1)
    let bytes = Array(input.dropFirst())
    try readAndWritten(bytes, keyspace)
    try countersWrittenAndRead(bytes, keyspace)
    try bitmapsWrittenAndRead(bytes, keyspace)
  }
}

private func readAndWritten(_ key: [UInt8], _ keyspace: Keyspace) throws {
  let adStat = AdStatKeys(keyspace)
  let login = LoginKeys(keyspace)
  var rewritten: [[UInt8]] = []
  do { if let name = try adStat.liveCounter(key) { rewritten.append(adStat.key(of: name)) } } catch
  {
    _ = error.description
  }
  do { if let name = try adStat.dayHash(key) { rewritten.append(adStat.key(of: name)) } } catch {
    _ = error.description
  }
  do { rewritten.append(login.key(of: try login.parse(key))) } catch { _ = error.description }
  try require(rewritten.count <= 1, "two grammars take the same key")
  for other in rewritten { try require(other, equals: key, "the key, written again") }
}

private func countersWrittenAndRead(_ bytes: [UInt8], _ keyspace: Keyspace) throws {
  guard let code = Code(bytes.prefix(Code.byteCountMax)) else { return }
  let keys = AdStatKeys(keyspace)
  let isReserved =
    !keyspace.hashTags
    && AdStatKeys.reservedBeginnings.contains { (bytes + "_".utf8).starts(with: $0) }
  for metric in Metric.allCases {
    let counter = LiveCounter(code: code, metric: metric)
    try require(
      try keys.liveCounter(keys.key(of: counter)), equals: isReserved ? nil : counter,
      "the live counter, read again")
    let hash = DayHashName(code: code, metric: metric, day: someDay(bytes))
    try require(
      try keys.dayHash(keys.key(of: hash)), equals: isReserved ? nil : hash,
      "the day hash, read again")
  }
}

private func bitmapsWrittenAndRead(_ bytes: [UInt8], _ keyspace: Keyspace) throws {
  let type = bytes.prefix { $0 != UInt8(ascii: "_") }
  let id = bytes.dropFirst(type.count + 1)
  guard
    let user = UserKey(
      type: type.prefix(UserKey.typeByteCountMax), id: id.prefix(UserKey.idByteCountMax))
  else { return }
  let keys = LoginKeys(keyspace)
  let userMonth = UserMonth(month: someDay(bytes).month, user: user)
  try require(try keys.parse(keys.key(of: userMonth)), equals: userMonth, "the bitmap, read again")
}

/// Any day from 1970 to 9999, the same for the same bytes.
private func someDay(_ bytes: [UInt8]) -> CivilDay {
  CivilDay(index: Int(crc32(bytes)) % 2_932_897)
}
