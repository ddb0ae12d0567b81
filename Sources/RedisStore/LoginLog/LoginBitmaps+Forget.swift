public import RedisClient
public import Rules

extension LoginBitmaps {
  /// What became of one bitmap that was to be forgotten.
  public enum Verdict: Sendable, Equatable {
    case deleted
    /// Somebody else deleted it: an earlier run whose reply was lost, or a person.
    case gone
    /// A login came in since it was read; it stays for the next run.
    case changed
  }

  /// Deletes every bitmap of the run that still holds exactly the bytes that MySQL is proven to hold.
  ///
  /// The receipt is used up. If the run dies in here, some bitmaps are deleted and the others stay;
  /// the next run finds those, sees that MySQL has them, and deletes them.
  /// `each` is told of every bitmap, so that a count is right also when a later batch fails.
  public func forget(
    _ merged: consuming Merged<LoginRun>, batchSize: Int = 500,
    each: (UserMonth, Verdict) -> Void
  ) throws(RedisError) {
    let entries = merged.value.entries
    for start in stride(from: 0, to: entries.count, by: batchSize) {
      let batch = entries[start..<min(start + batchSize, entries.count)]
      let replies = try connection.evaluate(
        compareAndDelete,
        batch.map { RedisScriptCall(keys: [key(of: $0.key)], arguments: [$0.value.bytes]) })
      for (entry, reply) in zip(batch, replies) { each(entry.key, try verdict(of: reply)) }
    }
  }

  private func verdict(of reply: RedisReply) throws(RedisError) -> Verdict {
    switch reply {
    case .bytes(Array("OK".utf8)), .status("OK"): return .deleted
    case .bytes(Array("GONE".utf8)): return .gone
    case .bytes(Array("CHANGED".utf8)): return .changed
    // Another kind of value took its place.
    case .error(let message) where message.contains("WRONGTYPE"): return .changed
    default: throw unexpected(reply, of: "script \(compareAndDelete.name)")
    }
  }
}

/// Deletes a string if it holds exactly the given bytes. The length is asked for first: a value of
/// 512 MB must not be copied into the script.
private let compareAndDelete = RedisScript(
  name: "CADS",
  source: """
    local length = redis.call('STRLEN', KEYS[1])
    if length ~= #ARGV[1] then
      if length == 0 and redis.call('TYPE', KEYS[1]).ok == 'none' then return 'GONE' end
      return 'CHANGED'
    end
    local value = redis.call('GET', KEYS[1])
    if not value then return 'GONE' end
    if value ~= ARGV[1] then return 'CHANGED' end
    redis.call('DEL', KEYS[1])
    return 'OK'
    """)
