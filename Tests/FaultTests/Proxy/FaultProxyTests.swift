import Foundation
import MySQLClient
import RedisClient
import TestServers
import Testing

/// The proxy itself: what it lets pass, counts and breaks.
struct FaultProxyTests {
  private let plan = FaultPlan()

  private func redis(tries: Int = 5) throws -> (FaultProxy, RedisConnection) {
    let server = try RedisServer.shared()
    let proxy = try FaultProxy(.redis, to: server.socketPath, plan: plan)
    let url = proxy.redisURL(database: server.freshDatabase())
    return (proxy, try RedisConnection(try RedisEndpoint(url: url), tries: tries))
  }

  private func increment(_ redis: RedisConnection, _ count: Int) throws -> [RedisReply] {
    try redis.pipeline(
      (1...count).map { _ in RedisCommand("INCRBY", [Array("a".utf8), Array("7".utf8)]) })
  }

  @Test func everyCommandOfAPipelineIsAMessage() throws {
    let (proxy, redis) = try redis()
    plan.begin([])
    let replies = try increment(redis, 100)
    #expect(replies == (1...100).map { .integer(Int64($0 * 7)) })
    #expect(plan.messages.map(\.number) == Array(1...100))
    #expect(plan.messages.allSatisfy { $0.text.contains("INCRBY") })
    withExtendedLifetime(proxy) {}
  }

  @Test(arguments: [false, true])
  func bytesAreRelayedAsTheyAre(slicing: Bool) throws {
    let (proxy, redis) = try redis()
    let value = (0..<3000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    plan.begin([], slicingBytes: slicing)
    _ = try redis.send(RedisCommand("SET", [Array("k".utf8), value]))
    #expect(try redis.send(RedisCommand("GET", [Array("k".utf8)])) == .bytes(value))
    withExtendedLifetime(proxy) {}
  }

  /// A cut before forwarding loses the command, one before or within the reply its answer only.
  @Test(arguments: [
    (Fault.Moment.beforeForwarding, 70), (.beforeReply, 77), (.withinReply, 77),
  ])
  func aCutLosesTheRequestOrTheReply(moment: Fault.Moment, sum: Int) throws {
    let (proxy, redis) = try redis()
    plan.begin([.cut(moment, number: 1)])
    #expect(try increment(redis, 1) == [.integer(moment == .beforeForwarding ? 7 : 14)])
    #expect(try increment(redis, 9).last == .integer(Int64(sum)))
    #expect(plan.struckCount == 1)
    #expect(plan.messages.map(\.text).contains("CONNECT"))
    withExtendedLifetime(proxy) {}
  }

  @Test func whatIsHeldUpGoesOnWhenItIsLetGo() throws {
    let server = try RedisServer.shared()
    let database = server.freshDatabase()
    let proxy = try FaultProxy(.redis, to: server.socketPath, plan: plan)
    let redis = try RedisConnection(try RedisEndpoint(url: proxy.redisURL(database: database)))
    let gate = Gate()
    plan.begin([
      Fault(.beforeForwarding, number: 1) {
        gate.pass()
        return .goOn
      }
    ])
    Thread.detachNewThread {
      guard gate.isReached() else { return }
      _ = try? server.run(["INCRBY", "a", "1"], database: database)
      gate.open()
    }
    #expect(try increment(redis, 1) == [.integer(8)])
  }

  @Test(arguments: MySQLServer.available, [false, true])
  func statementsAndRowsPass(flavor: MySQLServer.Flavor, slicing: Bool) throws {
    let server = try MySQLServer.shared(flavor)
    let proxy = try FaultProxy(.mysql, to: server.socketPath, plan: plan)
    plan.begin([], slicingBytes: slicing)
    let endpoint = try MySQLEndpoint(url: proxy.mysqlURL(database: try server.freshDatabase()))
    do {
      let mysql = try MySQLConnection(endpoint)
      #expect(try mysql.rows("SELECT 1 UNION SELECT 2", label: "test").count == 2)
    }
    #expect(plan.waitUntilQuiet())
    let texts = plan.messages.map(\.text)
    #expect(texts.prefix(2) == ["CONNECT", "LOGIN"])
    #expect(texts.suffix(2) == ["/* tally test */ SELECT 1 UNION SELECT 2", "QUIT"])
  }
}
