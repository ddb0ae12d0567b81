public import RedisClient
public import Rules

extension DaySketches {
  /// What became of one sketch that was to be forgotten.
  public enum Verdict: Sendable, Equatable {
    case deleted
    /// Somebody else deleted it: an earlier run whose reply was lost, or a person.
    case gone
    /// Something was added since it was read, or Redis noted its own estimate; it stays for the next
    /// run.
    case changed
  }

  /// How much one script looks at: a millisecond or two, for which Redis serves nobody else.
  private static let sketchesPerScript = 40
  private static let bytesPerScript = 1 << 20

  /// Deletes every sketch that still is, byte for byte, what MySQL is proven to hold.
  ///
  /// The receipt is used up. If the run dies in here, some sketches are deleted and the others stay;
  /// the next run finds those, sees that MySQL has them, and deletes them. `each` is told of every
  /// sketch, so that a count is right also when a later one fails.
  public func forget(
    _ merged: consuming Merged<[DaySketch]>, each: (DaySketchName, Verdict) -> Void
  ) throws(RedisError) {
    var rest = merged.value[...]
    while !rest.isEmpty {
      var byteCount = 0
      let part = rest.prefix(DaySketches.sketchesPerScript).prefix { sketch in
        defer { byteCount += sketch.bytes.count }
        return byteCount <= DaySketches.bytesPerScript
      }
      rest = rest.dropFirst(part.count)
      let call = RedisScriptCall(
        keys: part.map { key(of: $0.name) }, arguments: part.map(\.bytes))
      let reply = try connection.evaluate(compareAndDelete, call)
      guard case .bytes(let letters) = reply, letters.count == part.count else {
        throw unexpected(reply, of: "script \(compareAndDelete.name)")
      }
      for (sketch, letter) in zip(part, letters) {
        each(sketch.name, try DaySketches.verdict(letter, reply))
      }
    }
  }

  private static func verdict(_ letter: UInt8, _ reply: RedisReply) throws(RedisError) -> Verdict {
    switch letter {
    case UInt8(ascii: "D"): return .deleted
    case UInt8(ascii: "G"): return .gone
    case UInt8(ascii: "C"): return .changed
    default: throw unexpected(reply, of: "script \(compareAndDelete.name)")
    }
  }
}

/// Deletes each of some strings if it holds exactly the bytes given for it, and answers with a letter
/// for each: deleted, gone, changed. Another kind of value that took the place of one has changed; any
/// other error ends it, before anything is deleted.
///
/// A value of another length is not looked at: one of 512 MB must not be copied into the script.
private let compareAndDelete = RedisScript(
  name: "CADK",
  source: """
    local verdicts, same = {}, {}
    for i, key in ipairs(KEYS) do
      local length = redis.pcall('STRLEN', key)
      local verdict = 'C'
      if type(length) == 'table' then
        if not string.find(length.err, 'WRONGTYPE', 1, true) then return length end
      elseif length == 0 then
        if redis.call('TYPE', key).ok == 'none' then verdict = 'G' end
      elseif length == #ARGV[i] and redis.call('GET', key) == ARGV[i] then
        verdict = 'D'
        same[#same + 1] = key
      end
      verdicts[i] = verdict
    end
    if #same > 0 then redis.call('DEL', unpack(same)) end
    return table.concat(verdicts)
    """)
