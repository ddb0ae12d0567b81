"""The peer: the script one would write instead of tally, with the usual libraries.

    peer.py sync-week|rollover-hour|archive-day|expire|shelve REDIS_SOCKET MYSQL_SOCKET [ARGUMENT…]

It works in batches, pipelines, and upserts many rows a statement; what it does not have is a proof
before it forgets, an fsync, a seal, or a second look at anything. It puts up every image at every run, and
never looks at what is there.
"""

import datetime
import json
import sys

import redis

try:
    import MySQLdb
except ImportError:
    import pymysql as MySQLdb

BATCH = 1000

# Rows that need no change are left alone, also in synced_at. Nothing but %s between the parentheses:
# otherwise the library would send each row by itself.
UPSERT_LOGINS = """
    INSERT INTO login_month (month, user_type, user_id, days, synced_at)
    VALUES (%s, %s, %s, %s, %s)
    ON DUPLICATE KEY UPDATE
      synced_at = IF(days | VALUES(days) = days, synced_at, VALUES(synced_at)),
      days = days | VALUES(days)"""

ROLL = """
    for i = 1, #KEYS, 2 do
      local count = redis.call('GETDEL', KEYS[i])
      if count then redis.call('HINCRBY', KEYS[i + 1], ARGV[1], count) end
    end"""


def batches(items, size):
    batch = []
    for item in items:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def days_of(bitmap):
    """Redis counts bits from the left, login_month from the right."""
    bits = int.from_bytes(bitmap.ljust(4, b"\0"), "big")
    return int(f"{bits:032b}"[::-1], 2)


def login_batches(r, month):
    """Lists of (key, type, id, bitmap)."""
    for keys in batches(r.scan_iter(match=f"loginLog_{month}_*", count=BATCH), BATCH):
        rows = []
        for key, bitmap in zip(keys, r.mget(keys)):
            if bitmap is not None:
                _, _, user_type, user_id = key.split(b"_", 3)
                rows.append((key, user_type, user_id, bitmap))
        yield rows


def sync_week(r, db, month):
    cursor = db.cursor()
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M:%S")
    for rows in login_batches(r, month):
        cursor.executemany(UPSERT_LOGINS, [
            (month + "-01", user_type, user_id, days_of(bitmap), now)
            for _, user_type, user_id, bitmap in rows])
        db.commit()


def rollover_hour(r, db):
    roll = r.register_script(ROLL)
    now = datetime.datetime.now(datetime.timezone.utc)
    day = now.strftime("%Y-%m-%d").encode()
    for metric in [b"show", b"click"]:
        live_keys = r.scan_iter(match=b"*_" + metric, count=BATCH)
        for keys in batches(live_keys, 500):
            pairs = []
            for key in keys:
                code = key[: -len(metric) - 1]
                pairs += [key, code + b"_day_" + metric + b"_" + day]
            roll(keys=pairs, args=[now.hour])


def archive_day(r, db, day):
    cursor = db.cursor()
    suffix = f"_day_show_{day}".encode()
    codes = (key[: -len(suffix)] for key in r.scan_iter(match=b"*" + suffix, count=BATCH))
    for batch in batches(codes, BATCH):
        pipeline = r.pipeline(transaction=False)
        for code in batch:
            pipeline.hgetall(code + suffix)
            pipeline.hgetall(code + f"_day_click_{day}".encode())
        replies = iter(pipeline.execute())
        rows = []
        for code in batch:
            shows, clicks = next(replies), next(replies)
            for hour in (shows.keys() | clicks.keys()) - {b"lineage"}:
                rows.append((code, int(hour), int(shows.get(hour, 0)), int(clicks.get(hour, 0))))
        for chunk in batches(rows, BATCH):
            values = ",".join(
                f"('{day}',x'{code.hex()}',{hour},1,{shows},{clicks})"
                for code, hour, shows, clicks in chunk)
            cursor.execute(
                "INSERT INTO ad_ctr (day, code, hour, epoch, show_count, click_count)"
                f" VALUES {values} ON DUPLICATE KEY UPDATE"
                " show_count = GREATEST(show_count, VALUES(show_count)),"
                " click_count = GREATEST(click_count, VALUES(click_count))")
        db.commit()


def expire(r, db, month, log_path):
    cursor = db.cursor()
    with open(log_path, "a") as log:
        for rows in login_batches(r, month):
            held = held_days(cursor, month, rows)
            # What the table holds needs no longer be in Redis.
            merged = [
                row for row in rows if days_of(row[3]) & ~held.get((row[1], row[2]), 0) == 0]
            for key, user_type, user_id, bitmap in merged:
                days = days_of(bitmap)
                log.write(json.dumps({
                    "key": key.decode(), "month": month, "type": user_type.decode(),
                    "id": user_id.decode(), "bitmap": bitmap.hex(),
                    "days": [day for day in range(1, 32) if days >> day & 1]}) + "\n")
            log.flush()
            r.unlink(*[row[0] for row in merged])


def held_days(cursor, month, rows):
    """(type, id) -> days, by one SELECT."""
    ids = {}
    for _, user_type, user_id, _ in rows:
        ids.setdefault(user_type, []).append(user_id)
    users = " OR ".join(
        f"(user_type = %s AND user_id IN ({','.join(['%s'] * len(of_type))}))"
        for of_type in ids.values())
    arguments = [month + "-01"]
    for user_type, of_type in ids.items():
        arguments += [user_type, *of_type]
    cursor.execute(
        f"SELECT user_type, user_id, days FROM login_month WHERE month = %s AND ({users})",
        arguments)
    return {(user_type, user_id): days for user_type, user_id, days in cursor.fetchall()}


def shelve(r, db):
    cursor = db.cursor()
    cursor.execute(
        "SELECT s.system_name, s.position, g.name, s.code, s.weight"
        " FROM ad_style AS s LEFT JOIN ad_group AS g ON g.id = s.group_id WHERE s.removed = 0")
    of_group, of_image = {}, {}
    for system, position, group, code, weight in cursor.fetchall():
        styles = of_image.setdefault(code, []) if code else of_group.setdefault(group, [])
        styles.append((system, position, weight))
    cursor.execute(
        "SELECT i.code, i.name, i.url, i.link, g.name, i.weight, i.device_model, i.up_time,"
        " i.down_time FROM ad_image AS i LEFT JOIN ad_group AS g ON g.id = i.group_id"
        " WHERE i.removed = 0 AND i.up_time <= UTC_TIMESTAMP() AND i.down_time > UTC_TIMESTAMP()")
    while rows := cursor.fetchmany(BATCH):
        pipeline = r.pipeline(transaction=False)
        for code, name, url, link, group, weight, device, up, down in rows:
            systems = {}
            for system, position, factor in of_group.get(group, []) + of_image.get(code, []):
                systems.setdefault(system, {})[position] = factor * weight
            setting = json.dumps({
                "tally": 1, "code": code.decode(), "name": name, "url": url, "link": link,
                "group": group or "", "weight": weight, "device_model": device,
                "up_time": f"{up:%Y-%m-%dT%H:%M:%SZ}", "down_time": f"{down:%Y-%m-%dT%H:%M:%SZ}",
                "systems": {name: dict(sorted(systems[name].items())) for name in sorted(systems)},
            }, separators=(",", ":"))
            pipeline.set(code, setting, ex=86400)
            for system in systems:
                pipeline.hset(f"adstat:shelf:{system}", code, setting)
        pipeline.execute()


if __name__ == "__main__":
    job, redis_socket, mysql_socket, *arguments = sys.argv[1:]
    jobs = {"sync-week": sync_week, "rollover-hour": rollover_hour, "archive-day": archive_day,
            "expire": expire, "shelve": shelve}
    jobs[job](
        redis.Redis(unix_socket_path=redis_socket),
        MySQLdb.connect(unix_socket=mysql_socket, user="root", database="tally"), *arguments)
