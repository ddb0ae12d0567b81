import RedisClient
import Rules
import TestServers

@testable import RedisStore

/// The ad statistics in a Redis database nobody else uses.
struct AdStatServer {
  let connection: RedisConnection
  let store: AdStatStore

  init() throws {
    let server = try RedisServer.shared()
    connection = try RedisConnection(
      try RedisEndpoint(url: server.url(database: server.freshDatabase())))
    store = AdStatStore(connection, keyspace: Keyspace())
  }

  @discardableResult
  func send(_ words: String...) throws -> RedisReply {
    try connection.send(RedisCommand(words[0], words.dropFirst().map { Array($0.utf8) }))
  }

  func value(_ key: String) throws -> RedisReply { try send("GET", key) }

  func counter(_ code: String, _ metric: Metric = .show) -> LiveCounter {
    LiveCounter(code: Code(Array(code.utf8))!, metric: metric)
  }

  /// A window of this moment that books under the first hour of `day`.
  func window(
    _ day: String, hour: Int = 0, after: Int = -1000, until: Int = 1000
  ) throws -> BookingWindow {
    let now = try store.now()
    return BookingWindow(
      span: now + after..<now + until, hour: LocalHour(day: CivilDay(day)!, hour: hour)!)
  }
}

extension RedisReply {
  static func text(_ text: String) -> RedisReply { .bytes(Array(text.utf8)) }
}
