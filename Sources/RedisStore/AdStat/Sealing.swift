public import RedisClient
public import Rules

/// What Redis answered when it was told something about an archive.
public enum ArchiveVerdict: String, Equatable, Sendable {
  case done = "OK"
  /// By Redis' own clock something may still be booked under this day.
  case early = "EARLY"
  /// The day that was sealed a moment ago is not: Redis was put back to an older state since.
  case notSealed = "NOTSEALED"
  /// Redis goes by another lineage than the one this run began with.
  case otherLineage = "LINEAGE"
}

extension AdStatStore {
  /// From here on nothing is booked under `day` or before, also where Redis' clock goes back.
  ///
  /// - Parameter earliest: Redis refuses before this instant of its clock, in seconds since 1970.
  public func seal(
    _ day: CivilDay, lineage: Lineage, earliest: Int
  ) throws(RedisError) -> ArchiveVerdict {
    try archiveVerdict(of: AdStatStore.sealScript, ["\(lineage)", "\(day)", "\(earliest)"])
  }

  private static let sealScript = RedisScript(
    name: "SEAL",
    source: """
      local function number(date) return tonumber((string.gsub(date, '%-', ''))) end
      if redis.call('HGET', KEYS[1], 'lineage') ~= ARGV[1] then return 'LINEAGE' end
      local sealed = redis.call('HGET', KEYS[1], 'sealed')
      if sealed and number(sealed) >= number(ARGV[2]) then return 'OK' end
      if tonumber(redis.call('TIME')[1]) < tonumber(ARGV[3]) then return 'EARLY' end
      redis.call('HSET', KEYS[1], 'sealed', ARGV[2])
      return 'OK'
      """)

  /// Redis remembers the number of an archive transaction before MySQL does, so that one that was put
  /// back to an older state is known by its smaller number.
  ///
  /// - Parameter sealed: the day that must be sealed; nil for a day that is only published.
  public func mark(
    _ number: UInt64, lineage: Lineage, sealed: CivilDay?
  ) throws(RedisError) -> ArchiveVerdict {
    try archiveVerdict(
      of: AdStatStore.markScript, ["\(lineage)", "\(number)", sealed.map { "\($0)" } ?? ""])
  }

  private static let markScript = RedisScript(
    name: "MARK",
    source: """
      local function number(date) return tonumber((string.gsub(date, '%-', ''))) end
      if redis.call('HGET', KEYS[1], 'lineage') ~= ARGV[1] then return 'LINEAGE' end
      if ARGV[3] ~= '' then
        local sealed = redis.call('HGET', KEYS[1], 'sealed')
        if not sealed or number(sealed) < number(ARGV[3]) then return 'NOTSEALED' end
      end
      local held = tonumber(redis.call('HGET', KEYS[1], 'mark') or '0')
      if tonumber(ARGV[2]) > held then redis.call('HSET', KEYS[1], 'mark', ARGV[2]) end
      return 'OK'
      """)

  private func archiveVerdict(
    of script: RedisScript, _ arguments: [String]
  ) throws(RedisError) -> ArchiveVerdict {
    let word = try connection.verdict(of: script, keys: [keys.state], arguments)
    guard let verdict = ArchiveVerdict(rawValue: word) else {
      throw RedisError(
        operation: "script \(script.name)", kind: .malformedReply,
        message: "the reply is no known word")
    }
    return verdict
  }
}
