internal import RedisClient
internal import Rules

extension LoginBitmaps {
  /// Reads these bitmaps in one pipeline, never more than 65 bytes of each: a SETBIT far out makes
  /// a value of 512 MB. What is malformed is reported, what vanished meanwhile is passed over.
  func read(_ userMonths: some Collection<UserMonth>, looksForTTL: Bool, found: (Finding) -> Void)
    throws(RedisError) -> [LoginRun.Entry]
  {
    let keys = userMonths.map(key(of:))
    let replies = try connection.pipeline(keys.map(getPrefix))
    if looksForTTL { try reportTTLs(of: keys, found) }
    var entries: [LoginRun.Entry] = []
    entries.reserveCapacity(keys.count)
    for (position, userMonth) in userMonths.enumerated() {
      let bytes: [UInt8]
      switch replies[position] {
      case .bytes([]):
        guard try exists(keys[position]) else { continue }
        bytes = []
      case .bytes(let held): bytes = held
      case let reply where reply.errorCode == "WRONGTYPE":
        found(.malformed(key: keys[position], reason: "it is no string"))
        continue
      case let reply: throw unexpected(reply, of: "GETRANGE")
      }
      do throws(LoginBitmapFault) {
        let bitmap = try LoginBitmap(bytes: bytes, of: userMonth.month)
        entries.append(.init(key: userMonth, value: bitmap))
      } catch {
        found(.malformed(key: keys[position], reason: error.description))
      }
    }
    return entries
  }

  /// One byte more than is accepted, so that a longer value shows itself.
  private func getPrefix(of key: [UInt8]) -> RedisCommand {
    RedisCommand("GETRANGE", [key, [UInt8(ascii: "0")], Array("\(LoginBitmap.byteCountMax)".utf8)])
  }

  /// GETRANGE answers alike for an empty string and for no key at all.
  private func exists(_ key: [UInt8]) throws(RedisError) -> Bool {
    try connection.send(RedisCommand("TYPE", [key])) != .status("none")
  }

  private func reportTTLs(of keys: [[UInt8]], _ found: (Finding) -> Void) throws(RedisError) {
    let replies = try connection.pipeline(keys.map { RedisCommand("PTTL", [$0]) })
    for (key, reply) in zip(keys, replies) {
      // -1: no TTL; -2: no such key any more.
      guard case .integer(let milliseconds) = reply else { throw unexpected(reply, of: "PTTL") }
      if milliseconds >= 0 { found(.expiring(key: key, milliseconds: milliseconds)) }
    }
  }
}
