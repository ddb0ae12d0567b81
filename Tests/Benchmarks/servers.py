"""A private Redis and a private MariaDB, gone with the benchmark."""

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

# MariaDB syncs its log at each commit, as a server in production does; Redis keeps nothing on disk.
REDIS_SETTINGS = ["--save", "", "--port", "0"]
MARIADB_SETTINGS = [
    "--innodb-flush-log-at-trx-commit=1",
    "--innodb-buffer-pool-size=1G",
    "--innodb-log-file-size=512M",
    "--local-infile=1",
]


class Servers:
    """Both servers, on unix sockets; use as a context.

    Data lies below `folder`, on a real disk; the sockets in /tmp, since their paths must be short.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        self.sockets = Path(tempfile.mkdtemp(prefix="tally-bench-"))
        self.redis_socket = self.sockets / "redis.sock"
        self.mysql_socket = self.sockets / "mysql.sock"
        self.redis = None
        self.mariadb = None

    def __enter__(self):
        try:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir(parents=True)
            self.start_redis()
            self.start_mariadb()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for server in [self.redis, self.mariadb]:
            if server:
                server.kill()
                server.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.rmtree(self.sockets, ignore_errors=True)

    # ------------------------------------------------------------------------------------ Redis

    def redis_cli(self, *words) -> str:
        command = ["redis-cli", "-e", "-s", str(self.redis_socket), *map(str, words)]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def save_redis(self, name: str):
        """Keeps what Redis holds, to be put back by `restore_redis`."""
        self.redis_cli("SAVE")
        shutil.copy(self.folder / "dump.rdb", self.folder / f"{name}.rdb")

    def restore_redis(self, name: str):
        """A fresh Redis that holds what was saved under `name`."""
        self.redis.kill()
        self.redis.wait()
        shutil.copy(self.folder / f"{name}.rdb", self.folder / "dump.rdb")
        self.start_redis()

    def start_redis(self):
        self.redis = self.start(
            "redis-server", *REDIS_SETTINGS, "--dir", self.folder,
            "--unixsocket", self.redis_socket)
        # While it loads its data it answers PING by an error.
        wait_until(lambda: self.redis_cli("PING") == "PONG")

    # ---------------------------------------------------------------------------------- MariaDB

    def mariadb_command(self, sql: str, *options) -> list:
        return ["mariadb", "--no-defaults", "--skip-ssl", f"--socket={self.mysql_socket}",
                "--user=root", "--batch", "--skip-column-names", *options, "-e", sql, "tally"]

    def sql(self, text: str) -> str:
        command = self.mariadb_command(text)
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def settle(self):
        """Waits until MariaDB has nothing left to do of what was asked of it before."""
        def is_idle():
            status = dict(line.split("\t") for line in self.sql(
                "SHOW GLOBAL STATUS WHERE Variable_name IN"
                " ('Innodb_buffer_pool_pages_dirty', 'Innodb_history_list_length')").splitlines())
            return all(int(value) < 100 for value in status.values())

        self.sql("SET GLOBAL innodb_max_dirty_pages_pct = 0")
        wait_until(is_idle)
        self.sql("SET GLOBAL innodb_max_dirty_pages_pct = 90")

    def start_mariadb(self):
        data = self.folder / "mariadb"
        user = subprocess.run(["id", "-un"], check=True, capture_output=True, text=True).stdout
        shared = ["--no-defaults", f"--user={user.strip()}", f"--datadir={data}"]
        subprocess.run(
            ["mariadb-install-db", *shared, "--skip-test-db",
             "--auth-root-authentication-method=normal"],
            check=True, stdout=subprocess.DEVNULL)
        self.mariadb = self.start(
            "/usr/sbin/mariadbd", *shared, *MARIADB_SETTINGS, "--skip-networking",
            f"--socket={self.mysql_socket}", f"--pid-file={self.sockets}/mysql.pid")
        create = self.mariadb_command("CREATE DATABASE tally")[:-1]
        wait_until(lambda: subprocess.run(create, check=True, capture_output=True))

    # ------------------------------------------------------------------------------------- both

    def start(self, *command):
        """Should the benchmark itself be killed, the kernel kills the server, too."""
        with open(self.folder / "servers.log", "ab") as log:
            return subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *map(str, command)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={"PATH": os.environ["PATH"]})


def wait_until(is_done, seconds=120):
    """Calls `is_done` until it is true and does not fail."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            if is_done():
                return
        except subprocess.CalledProcessError as error:
            if time.monotonic() > deadline:
                raise SystemExit(f"bench: a server does not answer: {error.stderr}")
        if time.monotonic() > deadline:
            raise SystemExit(f"bench: not done within {seconds} s")
        time.sleep(0.05)
