public import RedisClient
public import Rules

/// The login bitmaps of one Redis: read in bounded runs, forgotten on proof.
///
/// Shape: key `loginLog_<YYYY-MM>_<type>_<id>`, a string whose bit d is day d of the month.
/// Merge: bitwise OR; the live service only ever sets bits.
public struct LoginBitmaps {
  let connection: RedisConnection
  let keys: LoginKeys

  public init(_ connection: RedisConnection, _ keyspace: Keyspace) {
    self.connection = connection
    keys = LoginKeys(keyspace)
  }

  public func key(of userMonth: UserMonth) -> [UInt8] { keys.key(of: userMonth) }
  /// What the keys of a group begin with; the user's id follows.
  public func stem(of group: LoginGroup) -> [UInt8] { keys.stem(of: group) }

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
  /// All names are looked at, also those of other months, since a malformed name says no month. Never
  /// more than 65 bytes of a value are read: a SETBIT far out makes one of 512 MB. What is malformed is
  /// reported, what vanished meanwhile is passed over.
  /// A bitmap may come again in a later run when SCAN repeats its key.
  /// `progressed` is told how many bitmaps the last page brought; the next one waits until it comes back.
  public func forEachRun(
    where isWanted: (Month) -> Bool, runSize: Int, pageSize: Int = 1000,
    found: (Finding) -> Void, progressed: (ScanProgress, _ readCount: Int) throws -> Void,
    _ body: (LoginRun) throws -> Void
  ) throws {
    let looksForTTL = try hasKeysWithTTL()
    var batch = LoginBatch(countMax: runSize)
    var empty: [[UInt8]] = []
    try connection.scan(matching: keys.pattern, pageSize: pageSize) { key, request in
      if select(key, where: isWanted, found) { request.addRead(of: key) }
    } answer: { key, reply in
      if try !take(key, reply, into: &batch, found) { empty.append(copy(key)) }
    } page: { asked, walk in
      if looksForTTL { try reportTTLs(of: asked, found) }
      try takeEmpty(empty, into: &batch)
      empty.removeAll()
      try progressed(walk, asked.count)
      if batch.isFull { try body(LoginRun(&batch)) }
    }
    if !batch.isEmpty { try body(LoginRun(&batch)) }
  }

  /// Whether any key of this database has a TTL: PTTL for every bitmap is spared where none has.
  private func hasKeysWithTTL() throws(RedisError) -> Bool {
    let fields = try connection.serverInfo().fields
    let keyspace = fields["db\(connection.endpoint.database)"] ?? "expires=0"
    return !keyspace.split(separator: ",").contains("expires=0")
  }
}
