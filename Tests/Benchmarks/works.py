"""The works that tally, the peer and the floor do side by side."""

import datetime
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

import fill
import measure

LOGINS_DIGEST = """
  SELECT COUNT(*), SUM(CRC32(CONCAT_WS('|', month, user_type, user_id, days))) FROM login_month"""
COUNTS_DIGEST = """
  SELECT COUNT(*), SUM(CRC32(CONCAT_WS('|', day, hour, code, epoch, show_count, click_count)))
  FROM ad_ctr"""


@dataclass
class Work:
    """One row of the table. Who does it is a list of commands, run one after the other."""

    name: str
    title: str
    # Done once, and before each participant.
    prepare: Callable
    reset: Callable
    # What must be the same after each of them; it begins with the number of rows or keys, `size`.
    digest: Callable
    size: int
    ours: list
    peer: list
    # At least so many times as fast as the peer; at most so much of the floor's time.
    peer_goal: float
    floor: list | None = None
    floor_goal: float | None = None
    is_pinged: bool = False


@dataclass
class Tools:
    """The programs, and where their files lie."""

    tally: Path
    floor: Path
    pinger: Path
    python: Path
    folder: Path


class Works:
    def __init__(self, servers, tools: Tools, scale: float):
        self.servers = servers
        self.tools = tools
        self.bitmap_count = max(1000, round(1_000_000 * scale))
        self.image_count = max(500, round(100_000 * scale))
        today = datetime.datetime.now(datetime.timezone.utc).date()
        # A month with a 28th day that expires, and a closed day that is kept.
        self.month = (today.replace(day=1) - datetime.timedelta(days=100)).strftime("%Y-%m")
        self.day = (today - datetime.timedelta(days=2)).isoformat()
        self.rows = tools.folder / "rows.tsv"
        self.logs = tools.folder / "log"

    def all(self) -> list:
        return [self.sync_first(), self.sync_again(), self.sync_third(), self.rollover_first(),
                self.rollover_next(), self.archive_first(), self.archive_again(), self.expire(),
                self.shelve_first(), self.shelve_again()]

    # ------------------------------------------------------------------------------ the commands

    def run(self, commands: list) -> measure.Sample:
        return measure.run(commands, self.environment(), self.tools.folder)

    def tally(self, *words) -> list:
        return [[self.tools.tally, *words]]

    def peer(self, job: str, *words) -> list:
        script = Path(__file__).with_name("peer.py")
        sockets = [self.servers.redis_socket, self.servers.mysql_socket]
        return [[self.tools.python, script, job, *sockets, *words]]

    def floor(self, what: str, when: str, file, sql: str, *options) -> list:
        return [[self.tools.floor, what, self.servers.redis_socket, when, file],
                self.servers.mariadb_command(sql, *options)]

    def load_logins(self) -> list:
        return self.floor("bitmaps", self.month, self.rows, f"""
          LOAD DATA LOCAL INFILE '{self.rows}' INTO TABLE login_month CHARACTER SET binary
          (month, user_type, user_id, days) SET synced_at = UTC_TIMESTAMP()""", "--local-infile=1")

    def load_counts(self) -> list:
        return self.floor("hashes", self.day, self.rows, f"""
          LOAD DATA LOCAL INFILE '{self.rows}' INTO TABLE ad_ctr CHARACTER SET binary
          (code, hour, show_count, click_count) SET day = '{self.day}', epoch = 1""",
          "--local-infile=1")

    # ---------------------------------------------------------------------------------- loginlog

    def fill_bitmaps(self):
        """Redis as `bitmaps`, and the same in MySQL as `login_base`."""
        if (self.servers.folder / "bitmaps.rdb").exists():
            return
        fill.refill(self.servers, "bitmaps", fill.BITMAPS, self.month, self.bitmap_count)
        self.servers.sql("TRUNCATE login_month")
        self.run(self.load_logins())
        self.servers.sql(
            "CREATE TABLE login_base LIKE login_month;"
            " INSERT INTO login_base SELECT * FROM login_month")

    def hold_bitmaps(self):
        self.fill_bitmaps()
        self.servers.restore_redis("bitmaps")

    def hold_changed_bitmaps(self):
        self.hold_bitmaps()
        fill.fill(self.servers, fill.CHANGE, self.month, self.bitmap_count)

    def empty_logins(self):
        self.servers.sql("TRUNCATE login_month")
        self.servers.settle()

    def hold_base_logins(self):
        self.servers.sql("TRUNCATE login_month; INSERT INTO login_month SELECT * FROM login_base")
        self.servers.settle()

    def sync(self, name, title, **more) -> Work:
        return Work(
            name, title, digest=lambda: self.servers.sql(LOGINS_DIGEST), size=self.bitmap_count,
            ours=self.tally("loginlog", "sync-week", "--month", self.month),
            peer=self.peer("sync-week", self.month), **more)

    def sync_first(self) -> Work:
        return self.sync(
            "sync-first", f"sync-week, {self.bitmap_count:,} bitmaps of one month, first time",
            prepare=self.hold_bitmaps, reset=self.empty_logins,
            floor=self.load_logins(), peer_goal=3.4, floor_goal=1.0)

    def sync_again(self) -> Work:
        def prepare():
            self.hold_bitmaps()
            self.hold_base_logins()

        read_back = (
            f"SELECT user_type, user_id, days FROM login_month WHERE month = '{self.month}-01'")
        return self.sync(
            "sync-again", "the same again, nothing changed (floor: scan and read back)",
            prepare=prepare, reset=self.servers.settle,
            floor=self.floor("bitmaps", self.month, "/dev/null", read_back, "--quick"),
            peer_goal=8, floor_goal=1.3)

    def sync_third(self) -> Work:
        return self.sync(
            "sync-third", "the same, a third of the users changed",
            prepare=self.hold_changed_bitmaps, reset=self.hold_base_logins, peer_goal=5)

    def expire(self) -> Work:
        def prepare():
            self.fill_bitmaps()
            self.hold_base_logins()

        def reset():
            self.servers.restore_redis("bitmaps")
            shutil.rmtree(self.logs, ignore_errors=True)
            self.logs.mkdir(mode=0o700)

        return Work(
            "expire", f"expire, {self.bitmap_count:,} bitmaps with log and proof",
            prepare=prepare, reset=reset, digest=self.expiry_digest, size=self.bitmap_count,
            ours=self.tally("loginlog", "expire", "--log-dir", self.logs),
            peer=self.peer("expire", self.month, self.logs / "expired.jsonl"), peer_goal=3)

    def expiry_digest(self) -> str:
        """What was logged, and how many keys are left."""
        script = Path(__file__).with_name("logged.py")
        logged = subprocess.run(
            [sys.executable, script, self.logs], check=True, capture_output=True, text=True).stdout
        return f"{logged.strip()} {self.servers.redis_cli('DBSIZE')}"

    # ------------------------------------------------------------------------------------ adstat

    def rollover(self, name, title, prepare) -> Work:
        return Work(
            name, title, prepare=prepare, reset=lambda: self.servers.restore_redis(name),
            digest=lambda: self.servers.redis_cli("EVAL", fill.COUNTS_DIGEST, 0),
            size=2 * self.image_count, ours=self.tally("adstat", "rollover-hour"),
            peer=self.peer("rollover-hour"), peer_goal=1.5, is_pinged=True)

    def rollover_first(self) -> Work:
        return self.rollover(
            "rollover-first", f"rollover-hour, {self.image_count:,} images x 2, first of its day",
            prepare=lambda: fill.refill(
                self.servers, "rollover-first", fill.COUNTERS, "", self.image_count))

    def rollover_next(self) -> Work:
        def prepare():
            self.servers.redis_cli("FLUSHALL")
            fill.fill(self.servers, fill.COUNTERS, "", self.image_count)
            self.run(self.tally("adstat", "rollover-hour"))
            fill.fill(self.servers, fill.COUNTERS, "", self.image_count)
            self.servers.save_redis("rollover-next")

        return self.rollover("rollover-next", "the same later that day, 23 times of 24", prepare)

    def archive(self, name, title, **more) -> Work:
        return Work(
            name, title, digest=lambda: self.servers.sql(COUNTS_DIGEST), size=24 * self.image_count,
            ours=self.tally("adstat", "archive-day"), peer=self.peer("archive-day", self.day),
            **more)

    def archive_first(self) -> Work:
        return self.archive(
            "archive-first", f"archive-day, {self.image_count:,} images x 24 hours x 2",
            prepare=self.fill_hashes, reset=self.forget_archive,
            floor=self.load_counts(), peer_goal=3, floor_goal=1.0)

    def archive_again(self) -> Work:
        def prepare():
            self.fill_hashes()
            self.forget_archive()
            self.run(self.tally("adstat", "archive-day"))

        return self.archive(
            "archive-again", "the same again, nothing changed (days kept)",
            prepare=prepare, reset=self.servers.settle, peer_goal=8)

    def fill_hashes(self):
        fill.refill(self.servers, "hashes", fill.DAY_HASHES, self.day, self.image_count, 24)

    def forget_archive(self):
        self.servers.restore_redis("hashes")
        self.servers.sql("TRUNCATE ad_ctr; TRUNCATE ad_source")
        self.servers.settle()

    # ------------------------------------------------------------------------------------- shelf

    def shelve(self, name, title, **more) -> Work:
        return Work(
            name, title, digest=lambda: self.servers.redis_cli("EVAL", fill.SHELF_DIGEST, 0),
            size=self.image_count, ours=self.tally("adstat", "shelve"), peer=self.peer("shelve"),
            **more)

    def shelve_first(self) -> Work:
        return self.shelve(
            "shelve-first", f"shelve, {self.image_count:,} images, first time",
            prepare=lambda: fill.fill_catalogue(self.servers, self.image_count),
            reset=lambda: self.servers.redis_cli("FLUSHALL"), peer_goal=1, is_pinged=True)

    def shelve_again(self) -> Work:
        def prepare():
            fill.fill_catalogue(self.servers, self.image_count)
            self.run(self.tally("adstat", "shelve"))

        return self.shelve(
            "shelve-again", "the same again, nothing to do", prepare=prepare,
            reset=lambda: None, peer_goal=3)

    # --------------------------------------------------------------------------------------- all

    def environment(self) -> dict:
        locks = self.tools.folder / "lock"
        locks.mkdir(mode=0o700, exist_ok=True)
        return {
            "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(self.tools.folder),
            "SWIFT_BACKTRACE": "enable=no", "TALLY_TIME_ZONE": "UTC", "TALLY_LOCK_DIR": str(locks),
            "TALLY_REDIS_URL": f"unix://{self.servers.redis_socket}",
            "TALLY_MYSQL_URL": f"mysql://root@localhost/tally?socket={self.servers.mysql_socket}",
        }
