import RedisClient
import TestServers
import Testing

struct ScanTests {
  private static let star = Array("*".utf8)

  private static func fill(_ connection: RedisConnection, count: Int) throws -> Set<[UInt8]> {
    let keys = (0..<count).map { Array("key:\($0)".utf8) }
    _ = try connection.pipeline(keys.map { RedisCommand("SET", [$0, [1]]) })
    return Set(keys)
  }

  @Test func everyKeyOfTheDatabaseIsFoundAndNoneOfAnother() throws {
    let connection = try connected()
    let keys = try Self.fill(connection, count: 5000)
    _ = try Self.fill(try connected(), count: 7000)
    var found: Set<[UInt8]> = []
    var walks: [ScanProgress] = []
    try connection.scan(matching: Self.star, pageSize: 100) { page, walk in
      found.formUnion(page)
      walks.append(walk)
    }
    #expect(found == keys)
    #expect(walks.last == ScanProgress(visitedKeys: 5000, expectedKeys: 5000))
    #expect(zip(walks, walks.dropFirst()).allSatisfy { $0.visitedKeys <= $1.visitedKeys })
    let middle = walks[walks.count / 2].visitedKeys
    #expect((2000...3000).contains(middle))
  }

  @Test func oddKeysAreFoundByTheirLiteralPattern() throws {
    let connection = try connected()
    let odd: [[UInt8]] = [
      Array("a".utf8), Array("A".utf8), Array("a ".utf8), Array("a*".utf8), Array("a?".utf8),
      Array("[a]".utf8), Array("[^a]".utf8), Array("[a-c]".utf8), Array("a\\".utf8),
      Array("\\".utf8), Array("a-^".utf8), Array("😀".utf8), [0], [0xff, 0x2a], Array("\r\n".utf8),
      Array("b".utf8), [],
    ]
    _ = try connection.pipeline(odd.map { RedisCommand("SET", [$0, [1]]) })
    for key in odd {
      var found: Set<[UInt8]> = []
      try connection.scan(matching: escapedGlob(key)) { page, _ in found.formUnion(page) }
      #expect(found == [key], "\(key)")
    }
    var all: Set<[UInt8]> = []
    try connection.scan(matching: Self.star) { page, _ in all.formUnion(page) }
    #expect(all == Set(odd))
  }

  @Test func aPatternChoosesAmongTheKeys() throws {
    let connection = try connected()
    _ = try Self.fill(connection, count: 300)
    _ = try connection.send(RedisCommand("SET", "other", "1"))
    var found: [[UInt8]] = []
    try connection.scan(matching: Array("oth*".utf8), pageSize: 10) { page, _ in found += page }
    #expect(found == [Array("other".utf8)])
  }

  @Test func whatIsAskedAboutAKeyIsAnsweredForThatKey() throws {
    let connection = try connected()
    _ = try connection.pipeline(
      (0..<3000).map { RedisCommand("SET", "key:\($0)", "value \($0)") })
    _ = try connection.send(RedisCommand("LPUSH", "list", "x"))
    var (answers, refused, asked): ([String: String], [String], Int) = ([:], [], 0)
    try connection.scan(matching: Self.star, pageSize: 100) { key, request in
      // Only what ends with an even digit, and the list.
      guard let last = text(key).utf8.last, last % 2 == 0 else { return }
      request.begin("GET", wordCount: 1)
      request.add(key)
    } answer: { key, reply in
      if let value = reply.withBytes({ text($0) }) {
        answers[text(key)] = value
      } else {
        refused.append(text(key))
        let error = reply.copy()
        #expect(error.errorCode == "WRONGTYPE")
      }
    } page: { page, _ in
      asked += page.count
      // Between two pages the connection is free.
      let answer = try connection.send(RedisCommand("PING"))
      #expect(answer == .status("PONG"))
    }
    let expected = (0..<1500).map { ("key:\(2 * $0)", "value \(2 * $0)") }
    #expect(answers == Dictionary(uniqueKeysWithValues: expected))
    #expect(refused == ["list"] && asked == 1501)
  }

  private func text(_ bytes: Span<UInt8>) -> String {
    bytes.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
  }

  /// What was asked is asked again, and what was answered already is passed over.
  @Test func aConnectionThatBreaksBetweenAnswersGivesEachOfThemOnce() throws {
    let server = try RedisServer()
    let keys = try Self.fill(try RedisConnection(RedisEndpoint(url: server.url())), count: 200)
    let plan = FaultPlan()
    let proxy = try FaultProxy(.redis, to: server.socketPath, plan: plan)
    let connection = try RedisConnection(RedisEndpoint(url: proxy.redisURL(database: 0)))
    plan.begin([.cut(.beforeReply, having: "GET", "key:77")])
    var answered: [[UInt8]] = []
    try connection.scan(matching: Self.star, pageSize: 50) { key, request in
      request.begin("GET", wordCount: 1)
      request.add(key)
    } answer: { key, reply in
      reply.withBytes { value in #expect(value.count == 1) }
      answered.append(key.withUnsafeBufferPointer { Array($0) })
    } page: { _, _ in
    }
    #expect(plan.struckCount == 1)
    #expect(answered.count == 200 && Set(answered) == keys)
  }

  @Test func anErrorWhileAnswersAreReadLeavesTheConnectionUsable() throws {
    struct Stop: Error {}
    let connection = try connected()
    _ = try Self.fill(connection, count: 300)
    #expect(throws: Stop.self) {
      try connection.scan(matching: Self.star) { key, request in
        request.begin("GET", wordCount: 1)
        request.add(key)
      } answer: { _, _ in
        throw Stop()
      } page: { _, _ in
      }
    }
    #expect(try connection.send(RedisCommand("ECHO", "hello")) == bytes("hello"))
  }

  @Test func aReadOnlyWalkRefusesToWrite() throws {
    let owner = try connected()
    _ = try Self.fill(owner, count: 3)
    let reading = try RedisConnection(owner.endpoint, access: .readOnly)
    let error = try failure {
      try reading.scan(matching: Self.star) { key, request in
        request.begin("DEL", wordCount: 1)
        request.add(key)
      } answer: { _, _ in
      } page: { _, _ in
      }
    }
    #expect(error.kind == .readOnlyConnection)
    #expect(try owner.send(RedisCommand("DBSIZE")) == .integer(3))
  }

  @Test func anEmptyDatabaseIsOnePage() throws {
    var walks: [ScanProgress] = []
    try connected().scan(matching: Self.star) { keys, walk in
      #expect(keys.isEmpty)
      walks.append(walk)
    }
    #expect(walks == [ScanProgress(visitedKeys: 0, expectedKeys: 0)])
  }

  @Test func aServerThatRestartsInTheMiddleCostsNoKey() throws {
    let server = try RedisServer()
    let connection = try RedisConnection(RedisEndpoint(url: server.url()))
    let keys = try Self.fill(connection, count: 2000)
    _ = try connection.send(RedisCommand("SAVE"))
    var found: Set<[UInt8]> = []
    var pages = 0
    try connection.scan(matching: Self.star, pageSize: 100) { page, _ in
      found.formUnion(page)
      pages += 1
      if pages == 10 {
        server.kill()
        try server.restart()
      }
    }
    #expect(found == keys)
    // Ten pages before the restart and a whole walk after it.
    #expect(pages >= 25)
  }

  @Test func aConnectionKilledInTheMiddleGoesOnWhereItWas() throws {
    let connection = try connected()
    let killer = try connected()
    let keys = try Self.fill(connection, count: 2000)
    guard case .integer(let client) = try connection.send(RedisCommand("CLIENT", "ID")) else {
      Issue.record("no client id")
      return
    }
    var found: Set<[UInt8]> = []
    var pages = 0
    try connection.scan(matching: Self.star, pageSize: 100) { page, _ in
      found.formUnion(page)
      pages += 1
      if pages == 10 {
        let killed = try killer.send(RedisCommand("CLIENT", "KILL", "ID", "\(client)"))
        #expect(killed == .integer(1))
      }
    }
    #expect(found == keys)
    #expect(pages < 25)
  }

  @Test func whatThePageThrowsEndsTheWalk() throws {
    struct Enough: Error {}
    let connection = try connected()
    _ = try Self.fill(connection, count: 500)
    var pages = 0
    #expect(throws: Enough.self) {
      try connection.scan(matching: Self.star, pageSize: 10) { _, _ in
        pages += 1
        if pages == 3 { throw Enough() }
      }
    }
    #expect(pages == 3)
  }
}
