public import RedisClient
internal import Rules

/// Asks a Redis for every right that the jobs need, by commands that cannot change anything: they read,
/// name a key that does not exist, or have an argument that is refused after the right was looked at.
///
/// Not by ACL DRYRUN, which the account itself would need a right for, and which Redis before 7 lacks.
public struct RightsProbe {
  /// What stays undone without a right.
  public enum Weight: Sendable { case jobs, someCommands }

  /// A right that is missing.
  public struct Missing: Equatable, Sendable {
    /// Such as `HINCRBY`.
    public let command: String
    /// Such as `~*_day_*`; nil where the command itself is refused.
    public let keyPattern: String?
    public let weight: Weight
  }

  private struct Probe {
    let command: RedisCommand
    let keyPattern: String?
    let weight: Weight

    init(_ words: String..., at key: (name: [UInt8], pattern: String)?, _ weight: Weight = .jobs) {
      var arguments = words.dropFirst().map { Array($0.utf8) }
      if let key { arguments.insert(key.name, at: 0) }
      command = RedisCommand(words[0], arguments)
      keyPattern = key?.pattern
      self.weight = weight
    }
  }

  private let connection: RedisConnection
  private let probes: [Probe]

  /// `token` makes the names of keys that nobody has: 1 to 64 letters and digits.
  public init(_ connection: RedisConnection, _ keyspace: Keyspace, token: String) {
    self.connection = connection
    let keys = AdStatKeys(keyspace)
    let code = Code(Array("tally-doctor-\(token)".utf8)) ?? Code([0x30])!  // because 0 is a code
    let live = (keys.key(of: LiveCounter(code: code, metric: .show)), "~*_show")
    let click = (keys.key(of: LiveCounter(code: code, metric: .click)), "~*_click")
    let day = (
      keys.key(of: DayHashName(code: code, metric: .show, day: CivilDay(index: 0))), "~*_day_*"
    )
    let state = (keys.state, "~tally:*")
    let shelf = (keyspace.prefix + "adstat:shelf:doctor-\(token)".utf8, "~adstat:shelf:*")
    let sketches = DaySketchKeys(keyspace)
    let sketch = (
      sketches.key(of: DaySketchName(day: CivilDay(index: 0), kind: .cpc, name: code)), "~cpc:*"
    )
    let viewers = (
      sketches.key(of: DaySketchName(day: CivilDay(index: 0), kind: .hll, name: code)), "~*_uv_*"
    )
    let user = UserKey(type: Array("doctor".utf8), id: Array(token.utf8))
    let login = (
      user.map { LoginKeys(keyspace).key(of: UserMonth(month: CivilDay(index: 0).month, user: $0)) }
        ?? [], "~loginLog_*"
    )
    let everyday = [
      Probe("TIME", at: nil), Probe("INFO", "server", at: nil), Probe("SCAN", "0", at: nil),
      Probe("EVAL", "return 1", "0", at: nil),
      Probe("EVALSHA", String(repeating: "0", count: 40), "0", at: nil),
      Probe("PING", at: nil), Probe("SCRIPT", "LOAD", "return 1", at: nil),
      Probe("GET", at: live), Probe("GET", at: click), Probe("STRLEN", at: live),
      Probe("TYPE", at: live), Probe("PTTL", at: live), Probe("DEL", at: live),
      Probe("HGETALL", at: day), Probe("HLEN", at: day), Probe("PERSIST", at: day),
      Probe("DEL", at: day), Probe("HINCRBY", "0", "none", at: day),
      Probe("HGET", "lineage", at: state), Probe("HSET", "a", "b", "c", at: state),
      Probe("HDEL", token, at: shelf), Probe("HMGET", token, at: shelf),
      Probe("HSCAN", "0", at: shelf), Probe("SET", "", "XX", at: shelf),
      Probe("GETRANGE", "0", "1", at: login), Probe("DEL", at: login),
      Probe("SETBIT", "none", "1", at: login, .someCommands),
    ]
    let archiving = [sketch, viewers].flatMap { key in
      [
        Probe("STRLEN", at: key), Probe("GET", at: key), Probe("TYPE", at: key),
        Probe("PTTL", at: key), Probe("DEL", at: key),
      ]
    }
    let sketching = [
      Probe("GETRANGE", "0", "1", at: sketch, .someCommands),
      Probe("SET", "", "XX", at: sketch, .someCommands),
      Probe("PERSIST", at: sketch, .someCommands),
      Probe("PEXPIRE", "none", at: sketch, .someCommands),
      Probe("PEXPIREAT", "none", at: sketch, .someCommands),
      Probe("HMGET", token, at: sketch, .someCommands),
      Probe("HGET", token, at: sketch, .someCommands),
      Probe("HKEYS", at: sketch, .someCommands),
      Probe("HSTRLEN", token, at: sketch, .someCommands),
      Probe("HSET", "a", "b", "c", at: sketch, .someCommands),
      Probe("HDEL", token, at: sketch, .someCommands),
    ]
    probes = everyday + archiving + sketching
  }

  /// What the account lacks; empty also on a server without accounts.
  public func missing() throws(RedisError) -> [Missing] {
    let replies = try connection.pipeline(probes.map(\.command))
    var missing: [Missing] = []
    for (probe, reply) in zip(probes, replies) {
      guard case .error(let message) = reply, reply.errorCode == "NOPERM" else { continue }
      missing.append(
        Missing(
          command: String(decoding: probe.command.words[0], as: UTF8.self),
          keyPattern: message.contains("key") ? probe.keyPattern : nil, weight: probe.weight))
    }
    return missing
  }
}
