#!/usr/bin/env -S python3 -B
"""Measures tally against a usual script and against raw tools; see README.md beside this file.

    bench.py TALLY [--scale 1.0] [--rounds 3] [--only NAME,…] [--memory]
"""

import argparse
import os
import platform
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import fill
import measure
from servers import MARIADB_SETTINGS, REDIS_SETTINGS, Servers
from works import Tools, Works

HERE = Path(__file__).resolve().parent
FOLDER = HERE.parent.parent / ".build" / "bench"
PING_GOAL_MS = 5
START_GOAL = 3
MEMORY_GOAL_MB = 100
MEMORY_GROWTH_GOAL = 1.10


def main():
    options = read_options()
    FOLDER.mkdir(parents=True, exist_ok=True)
    tools = Tools(
        tally=Path(options.tally).resolve(), floor=compiled("floor"), pinger=compiled("pinger"),
        python=python_of_peer(), folder=FOLDER)
    with Servers(FOLDER / "data") as servers:
        works = Works(servers, tools, options.scale)
        works.run(works.tally("migrate"))
        print_surroundings(servers, tools, options)
        if options.memory:
            measure_memory(works)
        else:
            measure_works(works, options)


def read_options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tally", help="path of a release build")
    parser.add_argument("--scale", type=float, default=float(os.environ.get("BENCH_SCALE", 1)),
                        help="share of the full size, such as 0.01 (BENCH_SCALE)")
    parser.add_argument("--rounds", type=int, default=int(os.environ.get("BENCH_ROUNDS", 3)),
                        help="how often each participant runs (BENCH_ROUNDS)")
    parser.add_argument("--only", default=os.environ.get("BENCH_ONLY", ""),
                        help="names of works, with commas between (BENCH_ONLY)")
    parser.add_argument("--memory", action="store_true", default="BENCH_MEMORY" in os.environ,
                        help="only peak memory, at 1 and at 10 million keys (BENCH_MEMORY)")
    return parser.parse_args()


# ------------------------------------------------------------------------------------- the works


def measure_works(works: Works, options):
    chosen = [name for name in options.only.split(",") if name]
    names = [work.name for work in works.all()] + ["start"]
    for name in chosen:
        if name not in names:
            sys.exit(f"bench: no work is called {name}; there are: {', '.join(names)}")
    rows = []
    for work in works.all():
        if not chosen or work.name in chosen:
            rows += measure_work(works, work, options.rounds)
    if not chosen or "start" in chosen:
        rows.append(measure_start(works))
    print_table(
        ["work", "tally", "peer", "floor", "against the peer", "goal", "of the floor", "goal",
         "peak memory"], rows)


def measure_work(works: Works, work, rounds: int) -> list:
    say(work.title)
    work.prepare()
    teams = {"tally": work.ours, "peer": work.peer, "floor": work.floor}
    samples = {team: [] for team in teams if teams[team]}
    pings = {team: [] for team in samples}
    digests = {}
    for _ in range(rounds):
        for team in samples:
            work.reset()
            if work.is_pinged:
                with measure.Pinger(works.tools.pinger, works.servers.redis_socket) as pinger:
                    samples[team].append(works.run(teams[team]))
                pings[team].append(pinger.milliseconds)
            else:
                samples[team].append(works.run(teams[team]))
            say(f"  {team} {samples[team][-1].seconds:.2f} s")
            digest = work.digest()
            digests.setdefault(digest, team)
            if len(digests) > 1:
                sys.exit(f"bench: {work.name}: the results differ: {digests}")
            if int(digest.split()[0]) != work.size:
                sys.exit(f"bench: {work.name}: {team} did not do it: {digest}")
    rows = [row_of(work, samples)]
    if work.is_pinged:
        rows.append(row_of_pings(work, pings))
    return rows


def row_of(work, samples) -> list:
    seconds = {team: measure.median_seconds(samples[team]) for team in samples}
    against_peer = seconds["peer"] / seconds["tally"]
    times = {team: f"{seconds[team]:.2f} s" for team in seconds}
    row = [work.title, *(times.get(team, "–") for team in ["tally", "peer", "floor"])]
    row += [f"{against_peer:.2f} x", verdict("≥", work.peer_goal, against_peer >= work.peer_goal)]
    if "floor" in seconds:
        of_floor = seconds["tally"] / seconds["floor"]
        row += [f"{of_floor:.2f}"]
        row += ["–" if work.floor_goal is None
                else verdict("≤", work.floor_goal, of_floor <= work.floor_goal)]
    else:
        row += ["–", "–"]
    return row + [" / ".join(f"{measure.peak_mb(samples[team]):.0f}" for team in samples) + " MB"]


def row_of_pings(work, pings) -> list:
    """The worst round of each."""
    worst = {team: max(pings[team]) for team in pings}
    return [
        f"PING of another client during {work.name}, 99.9th percentile",
        f"{worst['tally']:.2f} ms", f"{worst['peer']:.2f} ms", "–", "–",
        verdict("≤", f"{PING_GOAL_MS} ms", worst["tally"] <= PING_GOAL_MS), "–", "–", "–"]


def verdict(sign: str, goal, is_reached: bool) -> str:
    return f"{sign} {goal} {'reached' if is_reached else '**missed**'}"


# ------------------------------------------------------------------------------------- the start


def measure_start(works: Works, rounds=20) -> list:
    """The slowest job with nothing to do, against the smallest thing one can ask both servers."""
    say("start to exit of a run with nothing to do")
    works.servers.redis_cli("FLUSHALL")
    works.servers.sql("TRUNCATE ad_source")
    # A rollover ends with the shelf check, which would put up all that the works before left there.
    fill.empty_catalogue(works.servers)
    works.logs.mkdir(mode=0o700, exist_ok=True)
    jobs = {
        "rollover-hour": works.tally("adstat", "rollover-hour"),
        "archive-day": works.tally("adstat", "archive-day"),
        "sync-week": works.tally("loginlog", "sync-week"),
        "expire": works.tally("loginlog", "expire", "--log-dir", works.logs),
    }
    floor = [["redis-cli", "-s", works.servers.redis_socket, "PING"],
             works.servers.mariadb_command("SELECT 1")]
    samples = {name: [] for name in [*jobs, "floor"]}
    for _ in range(rounds):
        for name, commands in [*jobs.items(), ("floor", floor)]:
            samples[name].append(works.run(commands))
    slowest = max(jobs, key=lambda name: measure.median_seconds(samples[name]))
    ours = measure.median_seconds(samples[slowest])
    theirs = measure.median_seconds(samples["floor"])
    return [
        f"nothing to do, start to exit (slowest: {slowest}; floor: redis-cli PING, SELECT 1)",
        f"{1000 * ours:.1f} ms", "–", f"{1000 * theirs:.1f} ms", "–", "–",
        f"{ours / theirs:.2f}", verdict("<", START_GOAL, ours / theirs < START_GOAL),
        " / ".join(f"{measure.peak_mb(samples[name]):.0f}" for name in [slowest, "floor"]) + " MB"]


# ------------------------------------------------------------------------------------ the memory


def measure_memory(works: Works):
    """Each job with 1 and with 10 million keys (times the scale); a tenth of that in images."""
    small, big = works.bitmap_count, 10 * works.bitmap_count
    rows = []
    for job in ["sync-week", "expire", "rollover-hour", "archive-day", "shelve"]:
        peaks = [measure_peak(works, job, count) for count in [small, big]]
        growth = peaks[1] / peaks[0]
        rows.append([
            job + (" (a tenth, images)" if job == "shelve" else ""),
            *(f"{peak:.1f} MB" for peak in peaks),
            verdict("<", f"{MEMORY_GOAL_MB} MB", peaks[1] < MEMORY_GOAL_MB), f"{growth:.2f} x",
            verdict("<", MEMORY_GROWTH_GOAL, growth < MEMORY_GROWTH_GOAL)])
    print_table(
        ["peak memory", f"{small:,} keys", f"{big:,} keys", "goal", "grows", "goal"], rows)


def measure_peak(works: Works, job: str, count: int) -> float:
    say(f"{job}, {count:,} keys")
    servers = works.servers
    servers.redis_cli("FLUSHALL")
    servers.sql("TRUNCATE login_month; TRUNCATE ad_ctr; TRUNCATE ad_source")
    fill.empty_catalogue(servers)
    if job in ["sync-week", "expire"]:
        fill.fill(servers, fill.BITMAPS, works.month, count)
    elif job == "rollover-hour":
        fill.fill(servers, fill.COUNTERS, "", count // 2)
    elif job == "shelve":
        fill.fill_catalogue(servers, count // 10)
    else:
        fill.fill(servers, fill.DAY_HASHES, works.day, count // 2, 1)
    shutil.rmtree(works.logs, ignore_errors=True)
    works.logs.mkdir(mode=0o700)
    commands = {
        "sync-week": works.tally("loginlog", "sync-week", "--month", works.month),
        "expire": works.tally("loginlog", "expire", "--log-dir", works.logs),
        "rollover-hour": works.tally("adstat", "rollover-hour"),
        "archive-day": works.tally("adstat", "archive-day"),
        "shelve": works.tally("adstat", "shelve"),
    }
    sample = works.run(commands[job])
    say(f"  {sample.peak_mb:.1f} MB, {sample.seconds:.1f} s")
    return sample.peak_mb


# ------------------------------------------------------------------------- programs and libraries


def compiled(name: str) -> Path:
    program = FOLDER / name
    subprocess.run(
        ["cc", "-O2", "-Wall", "-Werror", "-D_GNU_SOURCE", "-std=c11", HERE / f"{name}.c", "-o",
         program, "-lhiredis"], check=True)
    return program


def python_of_peer() -> Path:
    """A Python with the peer's libraries; mysqlclient where it can be built, else PyMySQL."""
    folder = FOLDER / "python"
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        say("fetching the peer's libraries")
        venv.create(folder, with_pip=True, clear=True)
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "redis", "hiredis"], check=True)
        if subprocess.run([*pip, "mysqlclient"], capture_output=True).returncode != 0:
            subprocess.run([*pip, "PyMySQL"], check=True)
        (folder / "ready").touch()
    return python


def print_surroundings(servers: Servers, tools: Tools, options):
    def output(*command) -> str:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    processors = Path("/proc/cpuinfo").read_text().splitlines()
    model = next(line.split(": ")[1] for line in processors if line.startswith("model name"))
    libraries = output(tools.python, "-m", "pip", "freeze", "--disable-pip-version-check").split()
    load = os.getloadavg()[0]
    print(f"- machine: {model}, {os.cpu_count()} cores, load {load:.1f} at the start")
    print(f"- tally: {output(tools.tally, '--version')}, {tools.tally.stat().st_size >> 20} MB")
    print(f"- servers: {output('redis-server', '--version').split(' sha')[0]};"
          f" MariaDB {servers.sql('SELECT VERSION()')}")
    print(f"- settings: redis {' '.join(word or repr(word) for word in REDIS_SETTINGS)};"
          f" mariadbd {' '.join(MARIADB_SETTINGS)}, data on {file_system(servers.folder)}")
    print(f"- peer: Python {platform.python_version()}, {', '.join(libraries)}")
    print(f"- scale {options.scale:g}, {options.rounds} rounds: medians of the times, worst PINGs,"
          " largest memory\n")


def file_system(folder: Path) -> str:
    return subprocess.run(["stat", "-f", "-c", "%T", folder], capture_output=True, text=True,
                          check=True).stdout.strip()


def print_table(heads: list, rows: list):
    print("| " + " | ".join(heads) + " |")
    print("|" + "---|" * len(heads))
    for row in rows:
        print("| " + " | ".join(row) + " |")


def say(text: str):
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
