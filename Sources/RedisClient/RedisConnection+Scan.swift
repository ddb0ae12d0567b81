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
    try walk(ScanQuery(pattern, pageSize)) { _, _ in
      true
    } answer: { _, _ in
    } page: { keys, walk in
      try page((0..<keys.count).map { Array(keys.bytes[keys.range($0)]) }, walk)
    }
  }

  /// The same, with a question about the keys: `ask` appends one command for a key, or none; `answer` is
  /// given what came back for those it asked about.
  ///
  /// What is asked about one page goes to the server behind the SCAN for the next: while it works on the
  /// questions, those about the next page are put together already. So `ask` is a page ahead of `answer`.
  /// In `page`, and there only, the connection may be used for something else: the page's answers have
  /// all been given.
  public func scan(
    matching pattern: [UInt8], pageSize: Int = 1000,
    ask: (_ key: Span<UInt8>, _ request: inout RedisRequest) throws -> Void,
    answer: (_ key: Span<UInt8>, _ reply: borrowing RedisReplyView) throws -> Void,
    page: (_ asked: KeyPage, _ walk: ScanProgress) throws -> Void
  ) throws {
    try walk(
      ScanQuery(pattern, pageSize),
      take: { key, request in
        let commandCount = request.commandCount
        try ask(key, &request)
        return request.commandCount > commandCount
      }, answer: answer, page: page)
  }

  /// `take` says which keys make up the page; it asks about all of them, or about none.
  private func walk(
    _ query: ScanQuery, take: (Span<UInt8>, inout RedisRequest) throws -> Bool,
    answer: (Span<UInt8>, borrowing RedisReplyView) throws -> Void,
    page: (KeyPage, ScanProgress) throws -> Void
  ) throws {
    var server = try ScannedServer(self)
    var restarts = 0
    var visitedKeys = 0
    var step = ScanStep(opening: query)
    while true {
      var next: ScanStep?
      try pipeline(step.request) { place, reply in
        switch step.key(answeredAt: place) {
        case let key?: try answer(step.keys.bytes.span.extracting(key), reply)
        case nil: next = try ScanStep(reply, query, take)
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
          (server, step, visitedKeys) = (now, ScanStep(opening: query), 0)
          continue
        }
        server.linkCount = now.linkCount
      }
      if let cursor = step.cursor {
        visitedKeys = max(visitedKeys, Self.visitedKeys(at: cursor, of: server.keyCount))
        try page(
          step.keys, ScanProgress(visitedKeys: visitedKeys, expectedKeys: server.keyCount))
      }
      guard let next else { return }
      step = next
    }
  }

  private static let scanRestartsMax = 10

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

/// What every SCAN of a walk asks for.
private struct ScanQuery {
  let pattern: [UInt8]
  let pageSize: Int

  init(_ pattern: [UInt8], _ pageSize: Int) {
    self.pattern = pattern
    self.pageSize = max(1, pageSize)
  }

  func append(from cursor: UInt64, to request: inout RedisRequest) {
    request.begin("SCAN", wordCount: 5)
    request.add(Array(String(cursor).utf8))
    request.add("MATCH")
    request.add(pattern)
    request.add("COUNT")
    request.add(pageSize)
  }
}

/// What goes to the server in one go: the SCAN for the next page, unless there is none, and behind it the
/// questions about the keys of this page.
private struct ScanStep {
  /// Where this page ends; nil before the first one, 0 behind the last.
  let cursor: UInt64?
  private(set) var request = RedisRequest()
  private(set) var keys = KeyPage()

  init(opening query: ScanQuery) {
    cursor = nil
    query.append(from: 0, to: &request)
  }

  /// Reads what a SCAN answered and asks about its keys.
  init(
    _ reply: borrowing RedisReplyView, _ query: ScanQuery,
    _ take: (Span<UInt8>, inout RedisRequest) throws -> Bool
  ) throws {
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
    guard reply.count == 2, let cursor = cursor ?? nil else { throw ScanStep.malformed }
    self.cursor = cursor
    if cursor != 0 { query.append(from: cursor, to: &request) }
    try reply.withElement(1) { keys in
      guard let count = keys.count else { throw ScanStep.malformed }
      for index in 0..<count {
        let isKey: Void?? = try keys.withElement(index) { key in
          try key.withBytes { if try take($0, &request) { self.keys.append($0) } }
        }
        guard (isKey ?? nil) != nil else { throw ScanStep.malformed }
      }
    }
  }

  /// Where in `keys` the key lies that the reply at a place is about; nil for that of SCAN.
  func key(answeredAt place: Int) -> Range<Int>? {
    let index = cursor == 0 ? place : place - 1
    return index < 0 ? nil : keys.range(index)
  }

  private static var malformed: RedisError {
    RedisError(
      operation: "SCAN", kind: .malformedReply, message: "no cursor and keys came back")
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
