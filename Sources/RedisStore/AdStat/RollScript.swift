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
  /// live counter untouched. Only then the live counter is deleted, and where that is refused, the
  /// count is taken back: otherwise every further run would add it again.
  ///
  /// Counts stay strings: a number in Lua is a double, exact to 2^53 only. Nobody else is answered
  /// while it runs, so it asks for no more than the usual counter needs, and for the rest where a
  /// counter turns out to be unusual.
  static let rollScript = RedisScript(name: "ROLL", source: rollSource)

  private static let rollSource = """
    local state, lineage, days = KEYS[1], ARGV[1], tonumber(ARGV[2])
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
    local someExpire = string.find(redis.call('INFO', 'keyspace'), 'expires=[1-9]')

    local function failure(reply) return type(reply) == 'table' and reply.err end

    local function failed(live, err)
      local kind = string.find(err, '^WRONGTYPE') and redis.pcall('TYPE', live)
      if kind and kind.ok then return 'TYPE', kind.ok end
      return 'ERR', err
    end

    -- Zero, no key at all, or no count. `head` are the first 19 bytes.
    local function uncounted(live, head)
      if head == '0' then return end
      if #head > 18 then
        local length = redis.pcall('STRLEN', live)
        if failure(length) then return 'ERR', length.err end
        return 'LONG', tostring(length)
      end
      if head ~= '' then return 'BAD', head end
      local value = redis.pcall('GET', live)
      if failure(value) then return 'ERR', value.err end
      if value then return 'BAD', value end
    end

    -- Takes the expiry time off the day hash. Which of the two had one: live, day, or both.
    local function unexpire(live, hash)
      local rest, which = redis.pcall('PTTL', live), ''
      if failure(rest) then return nil, rest.err end
      if rest >= 0 then which = 'live' end
      rest = redis.pcall('PTTL', hash)
      if failure(rest) then return nil, rest.err end
      if rest >= 0 then
        which = which .. 'day'
        local reply = redis.pcall('PERSIST', hash)
        if failure(reply) then return nil, reply.err end
      end
      return which
    end

    local function roll(live, hash)
      local count = redis.pcall('GETRANGE', live, '0', '18')
      if failure(count) then return failed(live, count.err) end
      if #count > 18 or not string.find(count, '^[1-9]%d*$') then return uncounted(live, count) end
      if not hash then return 'STALE', '' end
      if closed then return 'SEALED', '' end

      local fields = redis.pcall('HLEN', hash)
      if failure(fields) then
        if string.find(fields.err, '^WRONGTYPE') then return 'HASH', '' end
        return 'ERR', fields.err
      end
      if fields == 0 then
        local reply = redis.pcall('HSET', hash, 'lineage', lineage)
        if failure(reply) then return 'ERR', reply.err end
      else
        local named = redis.pcall('HGET', hash, 'lineage')
        if failure(named) then return 'ERR', named.err end
        if not named or #named ~= 32 or string.find(named, '[^0-9a-f]') then return 'ALIEN', '' end
      end

      local expiring, err = ''
      if someExpire then
        expiring, err = unexpire(live, hash)
        if err then return 'ERR', err end
      end

      local sum = redis.pcall('HINCRBY', hash, hour, count)
      if failure(sum) then
        if string.find(sum.err, 'overflow') or string.find(sum.err, 'not an integer') then
          return 'FULL', sum.err
        end
        return 'ERR', sum.err
      end
      local gone = redis.pcall('DEL', live)
      if failure(gone) then
        redis.pcall('HINCRBY', hash, hour, '-' .. count)
        return 'ERR', gone.err
      end
      return 'OK', expiring
    end

    local moved, reply = 0, {'OK', 0}
    for i = 2, #KEYS, days + 1 do
      local verdict, detail = roll(KEYS[i], place and KEYS[i + place])
      if verdict == 'OK' then moved = moved + 1 end
      if verdict and (verdict ~= 'OK' or detail ~= '') then
        reply[#reply + 1] = (i - 2) / (days + 1)
        reply[#reply + 1] = verdict
        reply[#reply + 1] = detail
      end
    end
    reply[2] = moved
    return reply
    """
}
