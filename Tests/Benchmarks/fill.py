"""What Redis holds at the start: made inside Redis, by scripts, the same at every run."""

# Of every third user one bit more can be set afterwards, by CHANGE.
BITMAPS = """
  local month, from, to = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
  math.randomseed(from)
  for i = from, to do
    local user = (i % 4 == 0 and 'app' or 'web') .. '_' .. 7000000 + i
    local weeks = {math.random(1, 127), math.random(0, 255), math.random(0, 255)}
    local days = string.char(unpack(weeks)) .. string.char(math.random(0, 15) * 16)
    redis.call('SET', 'loginLog_' .. month .. '_' .. user, days)
  end
"""

CHANGE = """
  local month, from, to = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
  for i = from, to do
    if i % 3 == 0 then
      local user = (i % 4 == 0 and 'app' or 'web') .. '_' .. 7000000 + i
      redis.call('SETBIT', 'loginLog_' .. month .. '_' .. user, 28, 1)
    end
  end
"""

COUNTERS = """
  local from, to = tonumber(ARGV[2]), tonumber(ARGV[3])
  math.randomseed(from)
  for i = from, to do
    redis.call('SET', 'banner-' .. 7000000 + i .. '_show', math.random(1, 9999))
    redis.call('SET', 'banner-' .. 7000000 + i .. '_click', math.random(1, 99))
  end
"""

DAY_HASHES = """
  local day, from, to, hours = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
  local lineage = string.rep('0123456789abcdef', 2)
  math.randomseed(from)
  redis.call('HSET', 'tally:adstat', 'lineage', lineage)
  for i = from, to do
    for metric, most in pairs({show = 9999, click = 99}) do
      local fields = {'lineage', lineage}
      for hour = 0, hours - 1 do
        fields[#fields + 1] = hour
        fields[#fields + 1] = math.random(1, most)
      end
      local name = 'banner-' .. 7000000 + i .. '_day_' .. metric .. '_' .. day
      redis.call('HSET', name, unpack(fields))
    end
  end
"""

# How many day hashes there are, and one number for all their counts, in whatever order they come.
COUNTS_DIGEST = """
  local total, sum, cursor = 0, 0, '0'
  repeat
    local page = redis.call('SCAN', cursor, 'MATCH', '*_day_*', 'COUNT', 1000)
    cursor = page[1]
    for _, key in ipairs(page[2]) do
      local fields, count = redis.call('HGETALL', key), 0
      for i = 1, #fields, 2 do
        if fields[i] ~= 'lineage' then count = count + tonumber(fields[i + 1]) end
      end
      local digest = redis.sha1hex(key .. ' ' .. count)
      total, sum = total + 1, (sum + tonumber(string.sub(digest, 1, 12), 16)) % 2 ^ 48
    end
  until cursor == '0'
  return string.format('%d %.0f', total, sum)
"""


# Settings and shelves, in whatever order they come.
SHELF_DIGEST = """
  local total, sum, cursor = 0, 0, '0'
  local function add(...)
    sum = (sum + tonumber(string.sub(redis.sha1hex(table.concat({...}, ' ')), 1, 12), 16)) % 2 ^ 48
  end
  repeat
    local page = redis.call('SCAN', cursor, 'MATCH', 'banner-*', 'COUNT', 1000)
    cursor = page[1]
    for _, key in ipairs(page[2]) do
      total = total + 1
      add(key, redis.call('GET', key))
    end
  until cursor == '0'
  for _, system in ipairs({'app', 'web'}) do
    local shelf = redis.call('HGETALL', 'adstat:shelf:' .. system)
    for i = 1, #shelf, 2 do add(system, shelf[i], shelf[i + 1]) end
  end
  return string.format('%d %.0f', total, sum)
"""

# 200 groups of images, all of them due; two positions of web and one of app show every group, and every
# tenth image has a weight of its own at one of them.
CATALOGUE = """
  TRUNCATE ad_group; TRUNCATE ad_image; TRUNCATE ad_style;
  INSERT INTO ad_group (id, name, create_time, update_time)
    SELECT seq, CONCAT('group-', seq), NOW(), NOW() FROM seq_1_to_200;
  INSERT INTO ad_image (code, name, url, link, group_id, weight, up_time, create_time, update_time)
    SELECT CONCAT('banner-', 7000000 + seq), CONCAT('Banner ', seq),
      CONCAT('https://cdn.example.com/ads/', seq, '/banner.png'),
      CONCAT('https://www.example.com/landing?campaign=', seq), seq % 200 + 1, seq % 5 + 1,
      '2020-01-01', NOW(), NOW() FROM seq_1_to_{count};
  INSERT INTO ad_style (system_name, position, group_id, weight, create_time, update_time)
    SELECT place.system_name, place.position, seq, 2, NOW(), NOW() FROM seq_1_to_200, (
      SELECT 'web' AS system_name, 'top' AS position UNION SELECT 'web', 'side'
      UNION SELECT 'app', 'start') AS place;
  INSERT INTO ad_style (system_name, position, code, weight, create_time, update_time)
    SELECT 'web', 'side', CONCAT('banner-', 7000000 + seq), 5, NOW(), NOW()
    FROM seq_1_to_{count} WHERE seq % 10 = 0;
"""


def fill_catalogue(servers, count: int):
    """Empties Redis, and fills the catalogue with so many images."""
    servers.redis_cli("FLUSHALL")
    servers.sql(CATALOGUE.format(count=count))
    servers.settle()


def empty_catalogue(servers):
    servers.sql("TRUNCATE ad_group; TRUNCATE ad_image; TRUNCATE ad_style")


def fill(servers, script: str, what: str, count: int, *more):
    """Runs one of the scripts for the numbers 1 to `count`; `what` is a month or a day."""
    step = 50_000
    for start in range(1, count + 1, step):
        servers.redis_cli("EVAL", script, 0, what, start, min(start + step - 1, count), *more)


def refill(servers, name: str, script: str, what: str, count: int, *more):
    """Empties Redis, fills it, and saves it under `name`."""
    servers.redis_cli("FLUSHALL")
    fill(servers, script, what, count, *more)
    servers.save_redis(name)
