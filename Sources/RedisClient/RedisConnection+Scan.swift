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
    var keys: [[UInt8]] = []
    try scan(matching: pattern, pageSize: pageSize) { key, _ in
      keys.append(key.withUnsafeBufferPointer { Array($0) })
    } answer: { _, _ in
    } page: { _, walk in
      let met = keys
      keys = []
      try page(met, walk)
    }
  }

  /// The same, with a question about the keys: `ask` appends one command for a key, or none; `answer` is
  /// given what came back for those it asked about.
  ///
  /// What is asked about one page goes to the server together with the SCAN for the next, so that it has
  /// work while answers are looked at. In `page`, and there only, the connection may be used for
  /// something else: the page's answers have all been given.
  public func scan(
    matching pattern: [UInt8], pageSize: Int = 1000,
    ask: (_ key: Span<UInt8>, _ request: inout RedisRequest) throws -> Void,
    answer: (_ key: Span<UInt8>, _ reply: borrowing RedisReplyView) throws -> Void,
    page: (_ asked: KeyPage, _ walk: ScanProgress) throws -> Void
  ) throws {
    var server = try ScannedServer(self)
    var restarts = 0
    var step = ScanStep(cursor: 0)
    var (isFirst, visitedKeys) = (true, 0)
    while true {
      var request = RedisRequest()
      var asked = KeyPage()
      for index in 0..<step.keys.count {
        let key = step.keys.bytes.span.extracting(step.keys.range(index))
        let commandCount = request.commandCount
        try ask(key, &request)
        if request.commandCount > commandCount { asked.append(key) }
      }
      let isLast = step.cursor == 0 && !isFirst
      if !isLast { request.addScan(from: step.cursor, pattern, pageSize) }
      var next = ScanStep(cursor: 0)
      try pipeline(request) { place, reply in
        if place < asked.count {
          try answer(asked.bytes.span.extracting(asked.range(place)), reply)
        } else {
          next = try Self.readStep(reply)
        }
      }
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
          (server, step) = (now, ScanStep(cursor: 0))
          (isFirst, visitedKeys) = (true, 0)
          continue
        }
        server.linkCount = now.linkCount
      }
      if !isFirst {
        visitedKeys = max(visitedKeys, Self.visitedKeys(at: step.cursor, of: server.keyCount))
        try page(
          asked, ScanProgress(visitedKeys: visitedKeys, expectedKeys: server.keyCount))
      }
      if isLast { return }
      (step, isFirst) = (next, false)
    }
  }

  private static let scanRestartsMax = 10

  private static func readStep(_ reply: borrowing RedisReplyView) throws -> ScanStep {
    if let message = reply.errorMessage {
      throw RedisError(
        operation: "SCAN", kind: .refused(code: String(message.prefix { $0 != " " })),
        message: printable(Array(message.utf8), limit: 500))
    }
    let cursor: UInt64?? = reply.withElement(0) { element in
      element.withBytes { text in
        text.withUnsafeBufferPointer { UInt64(String(decoding: $0, as: UTF8.self)) }
      } ?? nil
    }
    guard reply.count == 2, let cursor = cursor ?? nil else { throw malformedScan }
    var step = ScanStep(cursor: cursor)
    let isWhole: Bool? = reply.withElement(1) { keys in
      guard let count = keys.count else { return false }
      for index in 0..<count {
        let isKey: Void?? = keys.withElement(index) { key in
          key.withBytes { step.keys.append($0) }
        }
        guard (isKey ?? nil) != nil else { return false }
      }
      return true
    }
    guard isWhole == true else { throw malformedScan }
    return step
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

/// What one SCAN answered: keys, and where to go on; 0 at the end.
private struct ScanStep {
  var cursor: UInt64
  var keys = KeyPage()
}

extension RedisRequest {
  fileprivate mutating func addScan(from cursor: UInt64, _ pattern: [UInt8], _ pageSize: Int) {
    begin("SCAN", wordCount: 5)
    add(Array(String(cursor).utf8))
    add("MATCH")
    add(pattern)
    add("COUNT")
    add(max(1, pageSize))
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

/// Keys of one page of SCAN, behind one another.
public struct KeyPage: Sendable {
  public private(set) var bytes: [UInt8] = []
  private var ends: [Int] = []

  public var count: Int { ends.count }

  /// Where in `bytes` a key lies.
  public func range(_ index: Int) -> Range<Int> {
    (index == 0 ? 0 : ends[index - 1])..<ends[index]
  }

  mutating func append(_ key: Span<UInt8>) {
    key.withUnsafeBufferPointer { bytes += $0 }
    ends.append(bytes.count)
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
