internal import RedisClient

extension AdStatStore {
  /// Moves live counters into the day hash of the hour that Redis' own clock says.
  ///
  ///     keys   state, then for each counter: live, one day hash for each day
  ///     args   lineage, number of days, then for each window: from, to, day, hour, place of the day
  ///     reply  OK, then for each counter: verdict, detail, what had an expiry time; or LINEAGE alone
  ///
  /// A script is isolated but not rolled back, so the order decides what a failure leaves behind.
  /// The lineage comes first: a hash that got no further is empty, but never without a lineage. Then
  /// the count is added, where a full memory, an overflow or a field that is no number end it with the
  /// live counter untouched. Only then the live counter is deleted, and where that is refused, the
  /// count is taken back: otherwise every further run would add it again.
  ///
  /// Counts stay strings: a number in Lua is a double, exact to 2^53 only.
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

    local function failure(reply) return type(reply) == 'table' and reply.err end

    local function roll(live, hash)
      local length = redis.pcall('STRLEN', live)
      if failure(length) then
        local kind = string.find(length.err, '^WRONGTYPE') and redis.pcall('TYPE', live)
        if kind and kind.ok then return 'TYPE', kind.ok end
        return 'ERR', length.err
      end
      if length > 18 then return 'LONG', tostring(length) end
      local count = redis.pcall('GET', live)
      if failure(count) then return 'ERR', count.err end
      if not count then return 'NONE', '' end
      if count == '0' then return 'ZERO', '' end
      if not string.find(count, '^[1-9]%d*$') then return 'BAD', count end
      if not hash then return 'STALE', count end
      if closed then return 'SEALED', count end

      local named = redis.pcall('HGET', hash, 'lineage')
      if failure(named) then
        if string.find(named.err, '^WRONGTYPE') then return 'HASH', '' end
        return 'ERR', named.err
      end
      if not named then
        local fields = redis.pcall('HLEN', hash)
        if failure(fields) then return 'ERR', fields.err end
        if fields > 0 then return 'ALIEN', '' end
        local reply = redis.pcall('HSET', hash, 'lineage', lineage)
        if failure(reply) then return 'ERR', reply.err end
      elseif #named ~= 32 or string.find(named, '[^0-9a-f]') then
        return 'ALIEN', ''
      end

      local expiring = ''
      local rest = redis.pcall('PTTL', live)
      if failure(rest) then return 'ERR', rest.err end
      if rest >= 0 then expiring = 'live' end
      rest = redis.pcall('PTTL', hash)
      if failure(rest) then return 'ERR', rest.err end
      if rest >= 0 then
        expiring = expiring .. ' day'
        local reply = redis.pcall('PERSIST', hash)
        if failure(reply) then return 'ERR', reply.err end
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
      return 'OK', count, expiring
    end

    local reply = {'OK'}
    for i = 2, #KEYS, days + 1 do
      local verdict, detail, expiring = roll(KEYS[i], place and KEYS[i + place])
      reply[#reply + 1] = verdict
      reply[#reply + 1] = detail
      reply[#reply + 1] = expiring or ''
    end
    return reply
    """
}
