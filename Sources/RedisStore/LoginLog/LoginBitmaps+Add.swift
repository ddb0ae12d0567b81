public import RedisClient
public import Rules

extension LoginBitmaps {
  /// What became of days that were to be added to one bitmap.
  public enum Addition: Sendable, Equatable {
    case added
    /// Redis had all of them already.
    case held
    /// The key holds something that is no string; it was not touched.
    case refused(reason: String)
  }

  /// Sets the bits of these days, as the live service does: each SETBIT is atomic by itself and may be
  /// repeated, so that a login that comes in meanwhile is kept whatever happens.
  ///
  /// A bitmap without a day is not made. `each` is told of every entry, in order.
  public func add(
    _ entries: some Collection<(key: UserMonth, days: LoginDays)>,
    each: (UserMonth, Addition) -> Void
  ) throws(RedisError) {
    var commands: [RedisCommand] = []
    for entry in entries {
      let key = key(of: entry.key)
      commands += entry.days.daysOfMonth.map { day in
        RedisCommand("SETBIT", [key, Array("\(day)".utf8), [UInt8(ascii: "1")]])
      }
    }
    var replies = try connection.pipeline(commands)[...]
    for entry in entries {
      let own = replies.prefix(entry.days.dayCount)
      replies = replies.dropFirst(own.count)
      each(entry.key, try addition(of: own))
    }
  }

  /// SETBIT answers with the bit as it was.
  private func addition(of replies: ArraySlice<RedisReply>) throws(RedisError) -> Addition {
    var outcome = Addition.held
    for reply in replies {
      switch reply {
      case .integer(1): break
      case .integer(0): outcome = .added
      case let reply where reply.errorCode == "WRONGTYPE":
        return .refused(reason: "it is no string")
      case let reply: throw unexpected(reply, of: "SETBIT")
      }
    }
    return outcome
  }
}
