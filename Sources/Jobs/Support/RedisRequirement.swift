internal import RedisClient

/// What a Redis has to be for counters to be safe in it. The jobs refuse one that is not, `doctor` says
/// what it found.
enum RedisRequirement: CaseIterable {
  case version, cluster, role, eviction

  /// Scripts may write after they looked at the clock only where their effects are replicated instead
  /// of their text: by default from Redis 5 on.
  static let majorVersionMin = 5

  /// Nil where the server is what is needed.
  func violation(by info: RedisServerInfo) -> JobFailure? {
    switch self {
    case .version:
      let major = info.version.split(separator: ".").first.flatMap { Int($0) } ?? 0
      guard major < RedisRequirement.majorVersionMin else { return nil }
      return JobFailure(
        .configuration, "redis is version \(info.version.isEmpty ? "unknown" : info.version)",
        hint: "Redis \(RedisRequirement.majorVersionMin) or newer is needed.")
    case .cluster:
      guard info.isCluster else { return nil }
      return JobFailure(
        .configuration,
        "redis runs in cluster mode, where a counter and its state lie on different servers",
        hint: "Point TALLY_REDIS_URL at a server with cluster-enabled no; TALLY_HASH_TAGS=1 alone "
          + "keeps one image in one slot but does not make the jobs run on a cluster.")
    case .role:
      guard info.isReplica else { return nil }
      return JobFailure(
        .unavailable, "redis is a replica, which takes no writes and may lag behind",
        hint: "Point TALLY_REDIS_URL at the master.")
    case .eviction:
      guard let policy = info.maxmemoryPolicy, policy.hasPrefix("allkeys-") else { return nil }
      return JobFailure(
        .configuration, "redis may evict any key (maxmemory-policy \(policy)), counters included",
        hint: "Set maxmemory-policy to noeviction, or to a volatile one if others share the server."
      )
    }
  }

  var needed: String {
    switch self {
    case .version: "Redis \(RedisRequirement.majorVersionMin) or newer"
    case .cluster: "no cluster"
    case .role: "a master"
    case .eviction: "noeviction, or a volatile policy"
    }
  }

  func found(in info: RedisServerInfo) -> String {
    switch self {
    case .version: info.version
    case .cluster: info.isCluster ? "cluster" : "no cluster"
    case .role: info.isReplica ? "replica" : "master"
    case .eviction: info.maxmemoryPolicy ?? "not told"
    }
  }
}
