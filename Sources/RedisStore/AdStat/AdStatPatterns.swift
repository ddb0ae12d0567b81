internal import RedisClient
public import Rules

/// What SCAN is asked to match: a sieve in the server that lets all of ours through and little else.
/// What comes through is read by the grammar of `AdStatKeys`.
extension AdStatKeys {
  /// `_show` or `_click` at the end, in one walk.
  public var liveCounterPattern: [UInt8] { escapedGlob(keyspace.prefix) + "*_[sc]*[wk]".utf8 }

  /// Day hashes of every day.
  public var dayHashPattern: [UInt8] {
    let digits = { (count: Int) in String(repeating: "[0-9]", count: count) }
    return escapedGlob(keyspace.prefix)
      + "*_day_[sc]*_\(digits(4))-\(digits(2))-\(digits(2))".utf8
  }

  /// Day hashes of one day.
  public func dayHashPattern(for day: CivilDay) -> [UInt8] {
    escapedGlob(keyspace.prefix) + "*_day_[sc]*_\(day)".utf8
  }
}
