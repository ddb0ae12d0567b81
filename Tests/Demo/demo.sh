#!/bin/bash
# Shows all four jobs at work: simulates a live service over the last three days on a private Redis and
# a private MariaDB, then settles it. Takes the path of a built tally; leaves nothing behind.
set -euo pipefail

tally=$1
work=$(mktemp -d /tmp/tally-demo-XXXXXX)
servers=()

clean_up() {
  for server in "${servers[@]}"; do kill -KILL "$server" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf -- "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

bold='' dim='' green='' red='' plain=''
if [ -t 1 ]; then
  bold=$'\e[1m' dim=$'\e[2m' green=$'\e[32m' red=$'\e[31m' plain=$'\e[0m'
fi

# Tally says one line to a person, and nothing to cron; a file is given the whole report.
form=(--json)
if [ -t 2 ]; then form=(); fi

heading() { printf '\n%s%s%s\n' "$bold" "$1" "$plain"; }
fail() { printf '%sdemo: %s%s\n' "$red" "$1" "$plain" >&2; exit 1; }

# ---------------------------------------------------------------------------------- two servers

# setpriv: should this script itself be killed, the kernel kills them, too.
start() { setpriv --pdeathsig KILL "$@" >>"$work/servers.log" 2>&1 & servers+=("$!"); }

wait_until() {
  for _ in $(seq 300); do "$@" >/dev/null 2>&1 && return; sleep 0.1; done
  tail -n 20 "$work/servers.log" >&2
  fail "a server did not start"
}

redis() { redis-cli -s "$work/redis.sock" "$@"; }
sql() { mariadb --no-defaults --skip-ssl --socket="$work/mysql.sock" --user=root "$@"; }

start redis-server --port 0 --unixsocket "$work/redis.sock" --dir "$work" --save ''
mariadb-install-db --no-defaults --user="$(id -un)" --datadir="$work/data" --skip-test-db \
  --auth-root-authentication-method=normal >>"$work/servers.log" 2>&1
start /usr/sbin/mariadbd --no-defaults --user="$(id -un)" --datadir="$work/data" --skip-networking \
  --socket="$work/mysql.sock" --pid-file="$work/mysql.pid" --innodb-flush-log-at-trx-commit=2
wait_until redis ping
wait_until sql -e 'SELECT 1'
sql -e 'CREATE DATABASE tally'

settings=(
  PATH="$PATH" HOME="$work" TALLY_TIME_ZONE=UTC TALLY_LOG_DIR="$work/log" TALLY_LOCK_DIR="$work/lock"
  TALLY_REDIS_URL="unix://$work/redis.sock"
  TALLY_MYSQL_URL="mysql://root@localhost/tally?socket=$work/mysql.sock"
)
mkdir -m 700 "$work/log" "$work/lock"

run() { env -i "${settings[@]}" "$tally" "$@"; }
show() {
  printf '%s$ tally %s%s\n' "$dim" "$*" "$plain"
  run "$@" || fail "tally $* ended with $?"
}
quietly() {
  run "$@" 2>"$work/errors" && return
  cat "$work/errors" >&2
  fail "tally $* failed"
}

# ------------------------------------------------------------------------------- a live service

today=$(date -u +%F)
hour_now=$((10#$(date -u +%H)))
first_day=$(date -u -d "$today - 3 days" +%F)
# In the first minutes of a day the last one still counts as open; not to wait for its end here.
grace=()
if [ "$hour_now" -eq 0 ]; then grace=(--grace-minutes 0); fi
ads=(banner-01 banner-02 sidebar popup Popup)
RANDOM=7
shows_counted=0 clicks_counted=0

# One hour of traffic: what a web server sends when images are shown and clicked.
traffic() {
  local ad number
  for ad in "${ads[@]}"; do
    number=$((RANDOM % 20))
    shows_counted=$((shows_counted + number))
    for ((; number > 0; number--)); do
      echo "INCR ${ad}_show"
      if ((RANDOM % 6 == 0)); then echo "INCR ${ad}_click"; clicks_counted=$((clicks_counted + 1)); fi
    done
  done >"$work/commands"
  redis <"$work/commands" >/dev/null
}

# Logins of a few users within one month, up to a day.
logins() {
  local month=$1 last=$2 user day
  for user in web_1001 web_1002 app_1001 app_zoë; do
    for ((day = 1; day <= last; day++)); do
      if ((day == 1 || RANDOM % 3 == 0)); then echo "SETBIT loginLog_${month}_$user $day 1"; fi
    done
  done | redis >/dev/null
}

redis_holds() {
  redis --scan | LC_ALL=C awk '
    /^loginLog_/ { logins++; next }
    /_day_(show|click)_/ { hashes++; next }
    /_(show|click)$/ { live++ }
    END { printf "%d live counters, %d day hashes, %d login bitmaps\n", live, hashes, logins }'
}

mysql_holds() {
  sql tally -N -e "SELECT CONCAT((SELECT COUNT(*) FROM ad_ctr), ' rows of hours, ',
    (SELECT COUNT(*) FROM login_month), ' rows of months')"
}

both_sides() {
  printf 'Redis holds: %s\n' "$(redis_holds)"
  printf 'MySQL holds: %s\n' "$(mysql_holds)"
}

heading 'The tables and views'
show migrate "${form[@]}"

heading "A live service counts, from $first_day until now (UTC), and each hour is rolled over"
for offset in 3 2 1 0; do
  day=$(date -u -d "$today - $offset days" +%F)
  last_hour=23
  if [ "$offset" -eq 0 ]; then last_hour=$((hour_now - 1)); fi
  for ((hour = 0; hour <= last_hour; hour++)); do
    traffic
    quietly adstat rollover-hour --hour "$(printf '%sT%02d' "$day" "$hour")"
  done
done
traffic
logins "${today%-*}" "$((10#${today##*-}))"
logins "$(date -u -d "${today%-*}-01 - 1 month" +%Y-%m)" 28
old_month=$(date -u -d "${today%-*}-01 - 4 months" +%Y-%m)
logins "$old_month" 30
printf 'counted: %d shows, %d clicks\n' "$shows_counted" "$clicks_counted"

heading 'Before'
both_sides
echo 'one image, live:           ' \
  "banner-01_show = $(redis get banner-01_show), banner-01_click = $(redis get banner-01_click)"
echo "one image, $first_day at 9:" \
  "show = $(redis hget "banner-01_day_show_$first_day" 9)," \
  "click = $(redis hget "banner-01_day_click_$first_day" 9)"

heading 'The four jobs'
show adstat rollover-hour "${grace[@]}" "${form[@]}"
show adstat archive-day --from "$first_day" --to "$today" "${grace[@]}" "${form[@]}"
show loginlog sync-week --as-of "${today%-*}-03" "${form[@]}"
show loginlog expire "${form[@]}"

heading 'After: the hours of today and of the two days before stay in Redis for a while'
both_sides

heading 'ad_ctr_day'
sql tally --table -e 'SELECT * FROM ad_ctr_day ORDER BY day, code'
heading "ad_ctr_hour, one image on $first_day"
sql tally --table -e "SELECT * FROM ad_ctr_hour
  WHERE day = '$first_day' AND code = 'banner-01' ORDER BY hour LIMIT 6"
heading 'login_month_text (bit d of days: logged in on day d)'
sql tally --table -e 'SELECT month, user_type, user_id, LPAD(BIN(days), 32, 0) AS days, day_count
  FROM login_month_text ORDER BY month, user_type, user_id'

heading "What was logged before the bitmaps of $old_month were deleted"
cat "$work"/log/*.jsonl

heading 'All again: nothing is left to do, so nothing changes'
show adstat rollover-hour "${grace[@]}" "${form[@]}"
show adstat archive-day --from "$first_day" --to "$today" "${grace[@]}" "${form[@]}"
show loginlog sync-week --as-of "${today%-*}-03" "${form[@]}"
show loginlog expire "${form[@]}"

heading 'The sum'
settled=$(sql tally -N -e \
  "SELECT CONCAT(SUM(show_count), ' shows, ', SUM(click_count), ' clicks') FROM ad_ctr")
echo "counted: $shows_counted shows, $clicks_counted clicks"
echo "settled: $settled"
[ "$settled" = "$shows_counted shows, $clicks_counted clicks" ] || fail 'the sums differ'
printf '%severy one of them, once%s\n' "$green" "$plain"
