public import RedisClient
public import Rules

/// One image to be put on the shelf, or taken off it.
public struct ShelfWrite: Sendable {
  public let wish: ShelfWish
  /// What was under its code when Redis was looked at.
  public let seen: HeldSetting

  public init(wish: ShelfWish, seen: HeldSetting) {
    self.wish = wish
    self.seen = seen
  }
}

/// What became of it.
public enum ShelfVerdict: Equatable, Sendable {
  case done
  /// Somebody was quicker: look again.
  case changed
  /// By Redis' clock it became due, or over, meanwhile, or the catalogue was read too long ago: think
  /// again.
  case stale
  /// Under its code lies something that is no setting; it is off all shelves.
  case foreign
}

/// What a batch brought.
public struct ShelfOutcome: Sendable {
  /// One a write, in their order; nil where an image is as it was.
  public var verdicts: [ShelfVerdict?] = []
  /// Systems whose key is no hash; all others were served.
  public var refusedSystems: Set<String> = []
  /// What the server refused altogether: a missing right, a full memory.
  public var failure: RedisError?
}

extension AdStatStore {
  private static let imagesPerCall = 100

  /// Brings images and shelves into agreement, each image in one atomic step.
  ///
  /// `systems` are all that the catalogue knows: an image is taken off those that do not show it. Safe
  /// to repeat, and beside others that do the same: nothing is written where Redis does not hold what
  /// was seen, nor after the instant `until` of its clock, in seconds since 1970.
  public func shelve(
    _ writes: [ShelfWrite], systems: [String], until: Int
  ) throws(RedisError) -> ShelfOutcome {
    let batches = stride(from: 0, to: writes.count, by: AdStatStore.imagesPerCall).map {
      writes[$0..<min($0 + AdStatStore.imagesPerCall, writes.count)]
    }
    let replies = try connection.evaluate(
      AdStatStore.shelveScript, batches.map { call(for: $0, systems: systems, until: until) })
    var outcome = ShelfOutcome()
    for (batch, reply) in zip(batches, replies) { outcome.read(reply, for: batch, systems) }
    return outcome
  }

  private func call(
    for writes: ArraySlice<ShelfWrite>, systems: [String], until: Int
  ) -> RedisScriptCall {
    var arguments = [
      ShelfSetting.beginning, Array("\(ShelfRule.secondsToLive)".utf8),
      Array("\(systems.count)".utf8), Array("\(until)".utf8),
    ]
    for write in writes {
      let wish = write.wish
      arguments += [
        wish.code.bytes, write.seen.setting ?? [], wish.setting ?? [],
        Array("\(wish.dueSpan.lowerBound)".utf8), Array("\(wish.dueSpan.upperBound)".utf8),
        systems.map { UInt8(ascii: wish.systems.contains($0) ? "1" : "0") },
      ]
    }
    return RedisScriptCall(
      keys: systems.map { keys.shelf(of: $0) } + writes.map { keys.setting(of: $0.wish.code) },
      arguments: arguments)
  }

  /// Takes fields that no image can have off a system's shelf, which is tally's own.
  public func dropFields(_ fields: [[UInt8]], from system: String) throws(RedisError) {
    guard !fields.isEmpty else { return }
    _ = try connection.send(RedisCommand("HDEL", [keys.shelf(of: system)] + fields))
  }

  /// Puts up, changes, refreshes or takes down.
  ///
  ///     keys   shelves of all systems, then the images' settings
  ///     args   how a setting begins, seconds to live, number of systems, until when, then for each
  ///            image: code, setting that was seen or '', setting to be or '' to take it down, from and
  ///            to (when it is due), a digit a system: 1 where it is shown
  ///     reply  for each image: a word; then the numbers of the systems whose key is no hash
  ///
  /// The setting goes last: where a full memory ends the script in the middle, the setting is still the
  /// old one, and the next run sees work to do. An image is off the shelves also where its own key is
  /// somebody else's by now.
  private static let shelveScript = RedisScript(
    name: "SHELVE",
    source: """
      local beginning, life, systems = ARGV[1], ARGV[2], tonumber(ARGV[3])
      local now = tonumber(redis.call('TIME')[1])
      local refused = {}

      local function failure(reply) return type(reply) == 'table' and reply.err end

      local function place(code, setting, shown)
        for s = 1, systems do
          local reply
          if setting ~= '' and string.sub(shown, s, s) == '1' then
            reply = redis.pcall('HSET', KEYS[s], code, setting)
          else
            reply = redis.pcall('HDEL', KEYS[s], code)
          end
          if failure(reply) then
            if not string.find(reply.err, '^WRONGTYPE') then return reply.err end
            refused[s] = true
          end
        end
      end

      local function shelve(key, code, seen, setting, from, to, shown)
        local isForeign = false
        local held = ''
        local length = redis.pcall('STRLEN', key)
        if failure(length) then
          if not string.find(length.err, '^WRONGTYPE') then return length.err end
          isForeign = true
        elseif length > \(ShelfSetting.byteCountMax) then
          isForeign = true
        elseif length > 0 then
          held = redis.pcall('GET', key)
          if failure(held) then return held.err end
          isForeign = string.sub(held, 1, #beginning) ~= beginning
        else
          local rest = redis.pcall('PTTL', key)
          if failure(rest) then return rest.err end
          isForeign = rest ~= -2
        end
        if not isForeign and held ~= seen then return 'CHANGED' end
        if now > tonumber(ARGV[4]) then return 'STALE' end
        if (setting ~= '') ~= (tonumber(from) <= now and now < tonumber(to)) then return 'STALE' end
        if isForeign and setting ~= '' then
          return place(code, '', shown) or 'FOREIGN'
        end
        local failed = place(code, setting, shown)
        if failed then return failed end
        if isForeign then return 'FOREIGN' end
        local reply
        if setting ~= '' then
          reply = redis.pcall('SET', key, setting, 'EX', life)
        else
          reply = redis.pcall('DEL', key)
        end
        return failure(reply) or 'OK'
      end

      local reply = {}
      for i = systems + 1, #KEYS do
        local a = 5 + (i - systems - 1) * 6
        reply[#reply + 1] = shelve(
          KEYS[i], ARGV[a], ARGV[a + 1], ARGV[a + 2], ARGV[a + 3], ARGV[a + 4], ARGV[a + 5])
      end
      for s = 1, systems do
        if refused[s] then reply[#reply + 1] = tostring(s) end
      end
      return reply
      """)
}

extension ShelfOutcome {
  fileprivate mutating func read(
    _ reply: RedisReply, for writes: ArraySlice<ShelfWrite>, _ systems: [String]
  ) {
    guard case .array(let answer) = reply, answer.count >= writes.count else {
      failure = failure ?? unexpected(reply, of: "script SHELVE")
      verdicts += writes.map { _ in nil }
      return
    }
    let words = answer.map { word -> String in
      guard case .bytes(let bytes) = word else { return "" }
      return String(decoding: bytes, as: UTF8.self)
    }
    for word in words.prefix(writes.count) {
      switch word {
      case "OK": verdicts.append(.done)
      case "CHANGED": verdicts.append(.changed)
      case "STALE": verdicts.append(.stale)
      case "FOREIGN": verdicts.append(.foreign)
      default:
        verdicts.append(nil)
        failure = failure ?? refusal(word, of: "script SHELVE")
      }
    }
    for number in words.dropFirst(writes.count) {
      if let number = Int(number), systems.indices.contains(number - 1) {
        refusedSystems.insert(systems[number - 1])
      }
    }
  }
}
