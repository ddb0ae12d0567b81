internal import RedisClient

/// What every job asks of a Redis server before it reads or moves anything, and once more at the end.
///
/// A server that may drop keys on its own, is only a copy of another one, or is too old for the scripts
/// is refused while nothing has been touched.
struct RedisPreflight {
  /// Scripts may write after they looked at the clock only where their effects are replicated instead
  /// of their text: by default from Redis 5 on.
  static let majorVersionMin = 5

  private let evictedKeysAtStart: Int

  /// Throws `JobFailure` where the server is not fit to hold counters.
  init(_ connection: RedisConnection) throws {
    let info = try connection.serverInfo()
    try RedisPreflight.check(info)
    evictedKeysAtStart = info.evictedKeys
  }

  /// Call at the end of a run: warns where the server threw keys away meanwhile.
  func reportEvictions(on connection: RedisConnection, to observer: any JobObserver) throws {
    let evicted = try connection.serverInfo().evictedKeys - evictedKeysAtStart
    guard evicted > 0 else { return }
    observer.warned(
      "redis evicted \(evicted) keys during this run; counters may be among them, "
        + "set maxmemory-policy to noeviction")
  }

  /// The rules, apart from the connection.
  static func check(_ info: RedisServerInfo) throws(JobFailure) {
    guard let major = info.version.split(separator: ".").first.flatMap({ Int($0) }),
      major >= majorVersionMin
    else {
      throw JobFailure(
        .configuration, "redis is version \(info.version.isEmpty ? "unknown" : info.version)",
        hint: "Redis \(majorVersionMin) or newer is needed.")
    }
    guard !info.isCluster else {
      throw JobFailure(
        .configuration,
        "redis runs in cluster mode, where a counter and its state lie on different servers",
        hint: "Point TALLY_REDIS_URL at a server with cluster-enabled no; TALLY_HASH_TAGS=1 alone "
          + "keeps one image in one slot but does not make the jobs run on a cluster.")
    }
    guard !info.isReplica else {
      throw JobFailure(
        .unavailable, "redis is a replica, which takes no writes and may lag behind",
        hint: "Point TALLY_REDIS_URL at the master.")
    }
    if let policy = info.maxmemoryPolicy, policy.hasPrefix("allkeys-") {
      throw JobFailure(
        .configuration, "redis may evict any key (maxmemory-policy \(policy)), counters included",
        hint: "Set maxmemory-policy to noeviction, or to a volatile one if others share the server."
      )
    }
  }
}
