/// What INFO says of a server.
public struct RedisServerInfo: Sendable, Equatable {
  /// Every `name:value` line.
  public var fields: [String: String]

  public init(fields: [String: String]) { self.fields = fields }

  /// Reads the text of INFO: `name:value` lines, section heads with `#`, blank lines.
  init(text: [UInt8]) {
    fields = [:]
    for line in text.split(whereSeparator: { $0 == 0x0d || $0 == 0x0a }) {
      guard line.first != UInt8(ascii: "#"), let colon = line.firstIndex(of: UInt8(ascii: ":"))
      else { continue }
      let name = String(decoding: line[..<colon], as: UTF8.self)
      fields[name] = String(decoding: line[(colon + 1)...], as: UTF8.self)
    }
  }

  /// A random name of this server process, new with every start.
  public var runID: String { fields["run_id"] ?? "" }
  /// `role`: `master` or `slave`.
  public var isReplica: Bool { fields["role"].map { $0 != "master" } ?? false }
  public var isCluster: Bool { fields["cluster_enabled"] == "1" }
  public var version: String { fields["redis_version"] ?? "" }
  public var maxmemoryPolicy: String? { fields["maxmemory_policy"] }
  public var evictedKeys: Int { fields["evicted_keys"].flatMap { Int($0) } ?? 0 }

  /// The number of keys in one database, from its line `db0:keys=12,expires=0,…`; an empty database
  /// has no line.
  public func keyCount(database: Int) -> Int {
    guard let line = fields["db\(database)"] else { return 0 }
    for pair in line.split(separator: ",") where pair.hasPrefix("keys=") {
      return Int(pair.dropFirst(5)) ?? 0
    }
    return 0
  }
}
