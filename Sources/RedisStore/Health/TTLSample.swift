public import RedisClient
internal import Rules

/// How many of some keys of tally's would vanish by themselves.
public struct TTLSample: Equatable, Sendable {
  public private(set) var lookedAt = 0
  public private(set) var withTTL = 0
  /// One of them.
  public private(set) var example: [UInt8]?

  /// Keys looked at, at least, where there are so many.
  private static let sizeMin = 1000

  private struct IsEnough: Error {}

  /// Looks at live counters, day hashes and login bitmaps until it has met enough of them. Nothing is
  /// looked at where no key of the database has a TTL.
  public static func take(_ connection: RedisConnection, _ keyspace: Keyspace) throws -> TTLSample {
    var sample = TTLSample()
    let fields = try connection.serverInfo().fields
    let database = fields["db\(connection.endpoint.database)"] ?? "expires=0"
    guard !database.split(separator: ",").contains("expires=0") else { return sample }
    let (adStat, logins) = (AdStatKeys(keyspace), LoginKeys(keyspace))
    do {
      try connection.scan(matching: escapedGlob(keyspace.prefix) + [UInt8(ascii: "*")]) { keys, _ in
        let ours = keys.filter { key in
          (try? adStat.liveCounter(key)) != nil || (try? adStat.dayHash(key)) != nil
            || (try? logins.parse(key)) != nil
        }
        try sample.look(at: ours, connection)
        if sample.lookedAt >= sizeMin { throw IsEnough() }
      }
    } catch is IsEnough {}
    return sample
  }

  private mutating func look(at keys: [[UInt8]], _ connection: RedisConnection) throws(RedisError) {
    let replies = try connection.pipeline(keys.map { RedisCommand("PTTL", [$0]) })
    lookedAt += keys.count
    for (key, reply) in zip(keys, replies) where try integer(reply, of: "PTTL") >= 0 {
      withTTL += 1
      if example == nil { example = key }
    }
  }
}
