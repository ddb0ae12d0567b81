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

  /// How many bitmaps one script looks at: some hundred microseconds, for which Redis serves nobody else.
  static let bitmapsPerScript = 200
  static let scriptsPerPipeline = 10

  /// Deletes every bitmap of the run that still holds exactly the bytes that MySQL is proven to hold.
  ///
  /// The receipt is used up. If the run dies in here, some bitmaps are deleted and the others stay;
  /// the next run finds those, sees that MySQL has them, and deletes them.
  /// `each` is told of every bitmap, so that a count is right also when a later batch fails.
  public func forget(
    _ merged: consuming Merged<LoginRun>, each: (_ userMonth: () -> UserMonth, Verdict) -> Void
  ) throws(RedisError) {
    let run = merged.value
    let stems = run.groups.map(stem(of:))
    for batch in run.slices(of: LoginBitmaps.bitmapsPerScript * LoginBitmaps.scriptsPerPipeline) {
      let parts = batch.slices(of: LoginBitmaps.bitmapsPerScript)
      let calls = parts.map { part in
        RedisScriptCall(
          keys: part.indices.map { stems[part.group($0)] + part.ids[part.idRange($0)] },
          arguments: part.indices.map { part.bitmap($0).bytes })
      }
      let replies = try connection.evaluate(compareAndDelete, calls)
      for (part, reply) in zip(parts, replies) {
        let verdicts = try verdicts(of: reply, count: part.count)
        for (index, verdict) in zip(part.indices, verdicts) {
          each({ part.userMonth(index) }, verdict)
        }
      }
    }
  }

  private func verdicts(of reply: RedisReply, count: Int) throws(RedisError) -> [Verdict] {
    let operation = "script \(compareAndDelete.name)"
    guard case .bytes(let letters) = reply, letters.count == count else {
      throw unexpected(reply, of: operation)
    }
    var verdicts: [Verdict] = []
    for letter in letters {
      switch letter {
      case UInt8(ascii: "D"): verdicts.append(.deleted)
      case UInt8(ascii: "G"): verdicts.append(.gone)
      case UInt8(ascii: "C"): verdicts.append(.changed)
      default: throw unexpected(reply, of: operation)
      }
    }
    return verdicts
  }
}

/// Deletes each of some strings if it holds exactly the bytes given for it, and answers with a letter for
/// each: deleted, gone, changed. Another kind of value that took the place of one has changed; any other
/// error ends it, before anything is deleted.
///
/// Of each at most one byte more than a bitmap has is looked at: a value of 512 MB must not be copied into
/// the script, and shows by that byte that it is none of those given.
private let compareAndDelete = RedisScript(
  name: "CADS",
  source: """
    local verdicts, same = {}, {}
    for i, key in ipairs(KEYS) do
      local value = redis.pcall('GETRANGE', key, 0, \(LoginBitmap.byteCountMax))
      local verdict = 'C'
      if type(value) == 'table' then
        if not string.find(value.err, 'WRONGTYPE', 1, true) then return value end
      elseif value == '' and redis.call('TYPE', key).ok == 'none' then
        verdict = 'G'
      elseif value == ARGV[i] then
        verdict = 'D'
        same[#same + 1] = key
      end
      verdicts[i] = verdict
    end
    if #same > 0 then redis.call('DEL', unpack(same)) end
    return table.concat(verdicts)
    """)
