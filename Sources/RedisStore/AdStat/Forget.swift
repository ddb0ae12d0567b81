public import RedisClient
public import Rules

/// What became of day hashes that were to be forgotten.
public struct ForgetOutcome: Sendable {
  public var forgotten: [DayHashName] = []
  /// Deleted before, by a run whose reply was lost or by another one.
  public var gone: [DayHashName] = []
  /// Not what was proven any more: kept.
  public var changed: [DayHashName] = []
  /// What Redis refused altogether, such as a missing right; what is in no list was kept.
  public var failure: RedisError?

  public init() {}

  fileprivate mutating func add(_ name: DayHashName, _ verdict: RedisReply) {
    switch verdict {
    case .bytes(Array("OK".utf8)): forgotten.append(name)
    case .bytes(Array("GONE".utf8)): gone.append(name)
    case .bytes(Array("CHANGED".utf8)): changed.append(name)
    case .bytes(let message):
      let refused = refusal(String(decoding: message, as: UTF8.self), of: "script CAD")
      failure = failure ?? refused
    default: failure = failure ?? unexpected(verdict, of: "script CAD")
    }
  }
}

extension AdStatStore {
  /// Hashes a script looks at: about 1000 fields, well under a millisecond.
  private static let hashesPerCall = 40

  /// Deletes day hashes that MySQL provably holds, each one only if it still is, field by field, what
  /// was proven, and its day is still sealed.
  ///
  /// If we die here, some are deleted and some are not; the next run proves the rest again.
  public func forget(
    _ merged: consuming Merged<[DayHash]>, lineage: Lineage
  ) throws(RedisError) -> ForgetOutcome {
    let hashes = merged.value
    let batches = stride(from: 0, to: hashes.count, by: AdStatStore.hashesPerCall).map {
      hashes[$0..<min($0 + AdStatStore.hashesPerCall, hashes.count)]
    }
    let replies = try connection.evaluate(
      AdStatStore.deleteScript, batches.map { deletion(of: $0, lineage: lineage) })
    var outcome = ForgetOutcome()
    for (batch, reply) in zip(batches, replies) {
      guard case .array(let verdicts) = reply, verdicts.count == batch.count else {
        outcome.failure = outcome.failure ?? unexpected(reply, of: "script CAD")
        continue
      }
      for (hash, verdict) in zip(batch, verdicts) { outcome.add(hash.name, verdict) }
    }
    return outcome
  }

  private func deletion(of hashes: ArraySlice<DayHash>, lineage: Lineage) -> RedisScriptCall {
    var arguments: [[UInt8]] = [Array("\(lineage)".utf8)]
    for hash in hashes {
      let fields = hash.fields
      arguments.append(Array("\(hash.day)".utf8))
      arguments.append(Array("\(fields.count)".utf8))
      for field in fields { arguments += [field.name, field.value] }
    }
    return RedisScriptCall(
      keys: [keys.state] + hashes.map { keys.key(of: $0.name) }, arguments: arguments)
  }

  /// Compares and deletes.
  ///
  ///     keys   state, day hashes
  ///     args   lineage, then for each hash: day, number of fields, then field, value, …
  ///     reply  for each hash: OK, GONE, CHANGED, or what Redis refused
  private static let deleteScript = RedisScript(
    name: "CAD",
    source: """
      local function number(date) return tonumber((string.gsub(date, '%-', ''))) end
      local own = redis.call('HGET', KEYS[1], 'lineage') == ARGV[1]
      local sealed = redis.call('HGET', KEYS[1], 'sealed')
      local reply, position = {}, 2
      for i = 2, #KEYS do
        local day, count = ARGV[position], tonumber(ARGV[position + 1])
        local first, last = position + 2, position + 1 + 2 * count
        position = last + 1
        local fields = redis.pcall('HGETALL', KEYS[i])
        local verdict = 'OK'
        if fields.err then
          verdict = string.find(fields.err, '^WRONGTYPE') and 'CHANGED' or fields.err
        elseif #fields == 0 then
          verdict = 'GONE'
        elseif not own or not sealed or number(sealed) < number(day) or #fields ~= 2 * count then
          verdict = 'CHANGED'
        else
          local held = {}
          for f = 1, #fields, 2 do held[fields[f]] = fields[f + 1] end
          for f = first, last, 2 do
            if held[ARGV[f]] ~= ARGV[f + 1] then verdict = 'CHANGED' end
          end
        end
        if verdict == 'OK' then
          local gone = redis.pcall('DEL', KEYS[i])
          if type(gone) == 'table' then verdict = gone.err end
        end
        reply[#reply + 1] = verdict
      end
      return reply
      """)
}
