internal import RedisClient

/// What every job asks of a Redis server before it reads or moves anything, and once more at the end.
///
/// A server that may drop keys on its own, is only a copy of another one, or is too old for the scripts
/// is refused while nothing has been touched.
struct RedisPreflight {
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
    for requirement in RedisRequirement.allCases {
      if let violation = requirement.violation(by: info) { throw violation }
    }
  }
}
