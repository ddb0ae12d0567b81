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
