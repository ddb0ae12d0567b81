import RedisClient
import TestServers
import Testing

extension RedisCommand {
  /// `RedisCommand("SET", "key", "value")`, for texts.
  init(_ name: String, _ arguments: String...) {
    self.init(name, arguments.map { Array($0.utf8) })
  }
}

/// A connection to a database of its own on the server all tests share.
func connected(access: RedisConnection.Access = .readWrite) throws -> RedisConnection {
  let server = try RedisServer.shared()
  return try RedisConnection(
    RedisEndpoint(url: server.url(database: server.freshDatabase())), access: access)
}

/// A connection to a socket that loses patience after a fraction of a second.
func impatient(
  _ socketPath: String, silenceSeconds: Double = 0.3, tries: Int = 5
) throws -> RedisConnection {
  try RedisConnection(
    RedisEndpoint(
      address: .unix(path: socketPath), connectTimeoutSeconds: silenceSeconds,
      replyTimeoutSeconds: silenceSeconds), tries: tries)
}

/// Runs `body`, which has to throw a `RedisError`, and returns it.
func failure(
  sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) throws -> RedisError {
  try #require(throws: RedisError.self, sourceLocation: sourceLocation) { try body() }
}

func bytes(_ text: String) -> RedisReply { .bytes(Array(text.utf8)) }
