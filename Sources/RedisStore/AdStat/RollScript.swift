internal import RedisClient

extension AdStatStore {
  /// Moves live counters into the day hash of the hour that Redis' own clock says.
  ///
  ///     keys   state, then for each counter: live, one day hash for each day
  ///     args   lineage, number of days, then for each window: from, to, day, hour, place of the day
  ///     reply  OK, how many moved, then three words for each counter of which there is more to say:
  ///            its place from 0 on, verdict, detail; or LINEAGE alone
  ///
  /// A script is isolated but not rolled back, so the order decides what a failure leaves behind.
  /// The lineage comes first: a hash that got no further is empty, but never without a lineage. Then
  /// the count is added, where a full memory, an overflow or a field that is no number end it with the
  /// live counter untouched. Only then are the live counters deleted, all of them at once, and where
  /// that is refused, the count is taken back: otherwise every further run would add it again.
  ///
  /// Counts stay strings: a number in Lua is a double, exact to 2^53 only. Nobody else is answered
  /// while it runs, so it asks for no more than the usual counter needs, three commands, and for the rest
  /// where a counter turns out to be unusual. A global name costs Lua two searches each time, and a
  /// pattern over 32 characters as much as a command, hence the local names and the comparison first.
  static let rollScript = RedisScript(name: "ROLL", source: rollSource)

  private static let rollSource = """
    local keys, ask, find, type = KEYS, redis.pcall, string.find, type
    local state, lineage, days = keys[1], ARGV[1], tonumber(ARGV[2])
    if redis.call('HGET', state, 'lineage') ~= lineage then return {'LINEAGE'} end

    local now = tonumber(redis.call('TIME')[1])
    local day, hour, place
    for i = 3, #ARGV, 5 do
      if tonumber(ARGV[i]) <= now and now < tonumber(ARGV[i + 1]) then
        day, hour, place = ARGV[i + 2], ARGV[i + 3], tonumber(ARGV[i + 4])
        break
      end
    end

    local function number(date) return tonumber((string.gsub(date, '%-', ''))) end
    local sealed = redis.call('HGET', state, 'sealed')
    local closed = day and sealed and number(day) <= number(sealed)

    -- Where no key of this Redis has an expiry time, none has to be asked for its own.
    local someExpire = find(redis.call('INFO', 'keyspace'), 'expires=[1-9]')

    local function failure(reply) return type(reply) == 'table' and reply.err end

    local function failed(live, err)
      local kind = find(err, '^WRONGTYPE') and ask('TYPE', live)
      if kind and kind.ok then return 'TYPE', kind.ok end
      return 'ERR', err
    end

    -- Zero, no key at all, or no count. `head` are the first 19 bytes.
    local function uncounted(live, head)
      if head == '0' then return end
      if #head > 18 then
        local length = ask('STRLEN', live)
        if failure(length) then return 'ERR', length.err end
        return 'LONG', tostring(length)
      end
      if head ~= '' then return 'BAD', head end
      local value = ask('GET', live)
      if failure(value) then return 'ERR', value.err end
      if value then return 'BAD', value end
    end

    -- Gives the day hash our lineage where there is none yet; one of an earlier life keeps its own.
    local function name(hash)
      local held = ask('HGET', hash, 'lineage')
      if held == lineage then return end
      if failure(held) then
        if find(held.err, '^WRONGTYPE') then return 'HASH', '' end
        return 'ERR', held.err
      end
      if held then
        if #held ~= 32 or find(held, '[^0-9a-f]') then return 'ALIEN', '' end
        return
      end
      local reply = ask('HLEN', hash)
      if reply == 0 then
        reply = ask('HSET', hash, 'lineage', lineage)
      elseif not failure(reply) then
        return 'ALIEN', ''
      end
      if failure(reply) then return 'ERR', reply.err end
    end

    -- Takes the expiry time off the day hash. Which of the two had one: live, day, or both.
    local function unexpire(live, hash)
      local rest, which = ask('PTTL', live), ''
      if failure(rest) then return nil, rest.err end
      if rest >= 0 then which = 'live' end
      rest = ask('PTTL', hash)
      if failure(rest) then return nil, rest.err end
      if rest >= 0 then
        which = which .. 'day'
        local reply = ask('PERSIST', hash)
        if failure(reply) then return nil, reply.err end
      end
      return which
    end

    -- What lies in both now, live and in its day hash: places in the call, keys, counts by key, and which
    -- of them expired.
    local places, lives, counts, expiring = {}, {}, {}, {}

    local function add(i, live, hash)
      if counts[live] then return end  -- named twice in this call
      local count = ask('GETRANGE', live, '0', '18')
      if failure(count) then return failed(live, count.err) end
      if #count > 18 or not find(count, '^[1-9]%d*$') then return uncounted(live, count) end
      if not hash then return 'STALE', '' end
      if closed then return 'SEALED', '' end

      local verdict, detail = name(hash)
      if verdict then return verdict, detail end

      if someExpire then
        local which, err = unexpire(live, hash)
        if err then return 'ERR', err end
        if which ~= '' then expiring[i] = which end
      end

      local sum = ask('HINCRBY', hash, hour, count)
      if failure(sum) then
        if find(sum.err, 'overflow') or find(sum.err, 'not an integer') then
          return 'FULL', sum.err
        end
        return 'ERR', sum.err
      end
      local n = #places + 1
      places[n], lives[n], counts[live] = i, live, count
    end

    local reply = {'OK', 0}
    local function tell(i, verdict, detail)
      reply[#reply + 1] = (i - 2) / (days + 1)
      reply[#reply + 1] = verdict
      reply[#reply + 1] = detail
    end

    for i = 2, #keys, days + 1 do
      local verdict, detail = add(i, keys[i], place and keys[i + place])
      if verdict then tell(i, verdict, detail) end
    end

    local refused = #lives > 0 and failure(ask('DEL', unpack(lives)))
    for n, i in ipairs(places) do
      if refused then
        ask('HINCRBY', keys[i + place], hour, '-' .. counts[lives[n]])
        tell(i, 'ERR', refused)
      elseif expiring[i] then
        tell(i, 'OK', expiring[i])
      end
    end
    reply[2] = refused and 0 or #places
    return reply
    """
}
