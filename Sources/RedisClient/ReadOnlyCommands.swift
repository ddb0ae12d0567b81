/// The commands a read-only connection sends: an allow-list, so that a command nobody thought of is
/// refused rather than sent.
enum ReadOnlyCommands {
  private static let names: Set<String> = [
    "BITCOUNT", "BITPOS", "DBSIZE", "ECHO", "EXISTS", "GET", "GETBIT", "GETRANGE", "HEXISTS",
    "HGET", "HGETALL", "HKEYS", "HLEN", "HMGET", "HSCAN", "HSTRLEN", "HVALS", "INFO", "LASTSAVE",
    "MGET", "PEXPIRETIME", "PING", "PTTL", "ROLE", "SCAN", "STRLEN", "TIME", "TTL", "TYPE",
  ]

  /// Commands that only read with this second word.
  private static let pairs: Set<String> = [
    "ACL DRYRUN", "ACL WHOAMI", "CLUSTER INFO", "CONFIG GET", "MEMORY USAGE", "OBJECT ENCODING",
  ]

  static func allows(_ command: RedisCommand) -> Bool {
    guard let name = upper(command.words, 0) else { return false }
    if names.contains(name) { return true }
    guard let second = upper(command.words, 1) else { return false }
    return pairs.contains(name + " " + second)
  }

  /// Whether a command of this name only reads, whatever its words are; the name in capital letters.
  static func allows(name: StaticString) -> Bool { names.contains("\(name)") }

  private static func upper(_ words: [[UInt8]], _ index: Int) -> String? {
    index < words.count ? String(decoding: words[index], as: UTF8.self).uppercased() : nil
  }
}
