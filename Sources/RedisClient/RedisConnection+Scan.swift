extension RedisConnection {
  /// Walks all keys that match the glob `pattern` by SCAN and hands them over page by page.
  ///
  /// A key that exists during the whole walk is seen at least once, maybe more often. When the
  /// connection breaks it is made anew; when the server's `run_id` changed meanwhile the walk starts
  /// again, because an old cursor would skip keys.
  /// `expectedKeys` in the progress is the size of the database at the start.
  public func scan(
    matching pattern: [UInt8], pageSize: Int = 1000,
    _ page: (_ keys: [[UInt8]], _ walk: ScanProgress) throws -> Void
  ) throws {
    var server = try ScannedServer(self)
    var restarts = 0
    var cursor: UInt64 = 0
    var visitedKeys = 0
    while true {
      let step = try scanStep(from: cursor, matching: pattern, pageSize: pageSize)
      // A cursor is good for the server process that gave it: another one has its keys in another
      // order. Without a run_id to compare, every new connection counts as another server.
      if linkCount != server.linkCount {
        let now = try ScannedServer(self)
        guard now.runID == server.runID, !now.runID.isEmpty else {
          restarts += 1
          guard restarts <= Self.scanRestartsMax else {
            throw RedisError(
              operation: "SCAN", kind: .disconnected,
              message: "the server was replaced \(restarts) times during one walk")
          }
          (server, cursor, visitedKeys) = (now, 0, 0)
          continue
        }
        server.linkCount = now.linkCount
      }
      cursor = step.cursor
      visitedKeys = max(visitedKeys, Self.visitedKeys(at: cursor, of: server.keyCount))
      try page(
        step.keys, ScanProgress(visitedKeys: visitedKeys, expectedKeys: server.keyCount))
      if cursor == 0 { return }
    }
  }

  private static let scanRestartsMax = 10

  private func scanStep(
    from cursor: UInt64, matching pattern: [UInt8], pageSize: Int
  ) throws(RedisError) -> (cursor: UInt64, keys: [[UInt8]]) {
    let arguments = ["\(cursor)", "MATCH", "", "COUNT", "\(max(1, pageSize))"]
    var command = RedisCommand("SCAN", arguments.map { Array($0.utf8) })
    command.words[3] = pattern
    guard case .array(let parts) = try send(command), parts.count == 2,
      case .bytes(let cursorText) = parts[0],
      let next = UInt64(String(decoding: cursorText, as: UTF8.self)),
      case .array(let elements) = parts[1]
    else { throw Self.malformedScan }
    var keys: [[UInt8]] = []
    keys.reserveCapacity(elements.count)
    for element in elements {
      guard case .bytes(let key) = element else { throw Self.malformedScan }
      keys.append(key)
    }
    return (next, keys)
  }

  private static var malformedScan: RedisError {
    RedisError(
      operation: "SCAN", kind: .malformedReply, message: "no cursor and keys came back")
  }

  /// The count is what a server claims, and one near `Int.max` is none any more after its way through a
  /// `Double`.
  private static func visitedKeys(at cursor: UInt64, of keyCount: Int) -> Int {
    Int(exactly: (visitedShare(at: cursor) * Double(keyCount)).rounded(.down))
      .map { min($0, keyCount) } ?? keyCount
  }

  /// How much of the hash table lies behind a cursor, 0 to 1.
  ///
  /// Redis counts the cursor upwards from its highest bit, so the mirrored bits are the fraction,
  /// whatever the size of the table, even while it grows.
  private static func visitedShare(at cursor: UInt64) -> Double {
    guard cursor != 0 else { return 1 }
    var mirrored: UInt64 = 0
    for bit in 0..<64 where cursor & (1 << bit) != 0 { mirrored |= 1 << (63 - bit) }
    return Double(mirrored) / 0x1p64
  }
}

/// The server a walk began on.
private struct ScannedServer {
  var linkCount: Int
  let runID: String
  let keyCount: Int

  init(_ connection: RedisConnection) throws(RedisError) {
    let info = try connection.serverInfo()
    linkCount = connection.linkCount
    runID = info.runID
    keyCount = info.keyCount(database: connection.endpoint.database)
  }
}

/// How far a SCAN is: keys looked at so far (matching or not, an estimate), of about how many.
public struct ScanProgress: Sendable, Equatable {
  public var visitedKeys: Int
  public var expectedKeys: Int
  public init(visitedKeys: Int, expectedKeys: Int) {
    self.visitedKeys = visitedKeys
    self.expectedKeys = expectedKeys
  }
}
