public import RedisClient
public import Rules

/// The login bitmaps of one Redis: read in bounded runs, forgotten on proof.
///
/// Shape: key `loginLog_<YYYY-MM>_<type>_<id>`, a string whose bit d is day d of the month.
/// Merge: bitwise OR; the live service only ever sets bits.
public struct LoginBitmaps {
  let connection: RedisConnection
  private let keys: LoginKeys

  public init(_ connection: RedisConnection, _ keyspace: Keyspace) {
    self.connection = connection
    keys = LoginKeys(keyspace)
  }

  public func key(of userMonth: UserMonth) -> [UInt8] { keys.key(of: userMonth) }

  /// What the walk came upon, besides bitmaps.
  public enum Finding: Sendable, Equatable {
    /// No login bitmap, whatever its name says; it stays where it is.
    case malformed(key: [UInt8], reason: String)
    /// A bitmap that Redis will drop by itself.
    case expiring(key: [UInt8], milliseconds: Int64)
  }

  /// Reads every bitmap of the months that `isWanted` names, in runs of `runSize` bitmaps and at
  /// most one page of SCAN more, so that memory stays bounded however many there are.
  ///
  /// All names are looked at, also those of other months, since a malformed name says no month.
  /// A bitmap may come again in a later run when SCAN repeats its key.
  public func forEachRun(
    where isWanted: (Month) -> Bool, runSize: Int,
    found: (Finding) -> Void, progressed: (ScanProgress) throws -> Void,
    _ body: (LoginRun) throws -> Void
  ) throws {
    let looksForTTL = try hasKeysWithTTL()
    var collected: [LoginRun.Entry] = []
    collected.reserveCapacity(runSize)
    try connection.scan(matching: keys.pattern) { page, walk in
      let wanted = select(page, where: isWanted, found: found)
      for start in stride(from: 0, to: wanted.count, by: 1000) {
        let part = wanted[start..<min(start + 1000, wanted.count)]
        collected += try read(part, looksForTTL: looksForTTL, found: found)
      }
      try progressed(walk)
      if collected.count >= runSize {
        let run = LoginRun(collected)
        collected.removeAll(keepingCapacity: true)
        try body(run)
      }
    }
    if !collected.isEmpty { try body(LoginRun(collected)) }
  }

  private func select(
    _ page: [[UInt8]], where isWanted: (Month) -> Bool, found: (Finding) -> Void
  ) -> [UserMonth] {
    page.compactMap { key in
      do throws(LoginKeyFault) {
        let userMonth = try keys.parse(key)
        return isWanted(userMonth.month) ? userMonth : nil
      } catch {
        found(.malformed(key: key, reason: error.description))
        return nil
      }
    }
  }

  /// Whether any key of this database has a TTL: PTTL for every bitmap is spared where none has.
  private func hasKeysWithTTL() throws(RedisError) -> Bool {
    let fields = try connection.serverInfo().fields
    let keyspace = fields["db\(connection.endpoint.database)"] ?? "expires=0"
    return !keyspace.split(separator: ",").contains("expires=0")
  }
}
