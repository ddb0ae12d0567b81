#!/usr/bin/env -S python3 -B
"""Measures the sketches against the Python package datasketches; see README.md beside this file.

    sketches.py TALLY SKETCHBENCH PYTHON      the release build, the engine's own program, the peer's Python
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
LINE_COUNT = 10_000_000
RATE_GOALS = {"12": 100, "21": 50}
LINES_GOAL = 8
ROUNDS = 3


def main():
    tally, bench = (Path(word).resolve() for word in sys.argv[1:3])
    # A virtual environment is known by the place of its link, which must not be followed.
    python = Path(sys.argv[3]).absolute()
    if not python.exists():
        sys.exit("bench: the package datasketches is not at hand")
    print_surroundings()
    ours, theirs = {}, {}
    for _ in range(ROUNDS):
        keep_best(ours, measurements([bench]))
        keep_best(theirs, measurements([python, HERE / "sketches_peer.py", "images"]))
    print("| sketches, one core | tally | datasketches | goal |")
    print("|---|---|---|---|")
    for (name, lg_k, _), rate in ours.items():
        if name == "update":
            print(f"| items a second from a buffer, lg_k {lg_k} | {rate:.0f} M | – | "
                  f"{verdict('≥', f'{RATE_GOALS[lg_k]} M', rate >= RATE_GOALS[lg_k])} |")
    print_lines(tally, python)
    for key, microseconds in ours.items():
        name, lg_k, count = key
        if name != "update":
            print(f"| {name}, lg_k {lg_k}, {int(count):,} items | {microseconds:.1f} µs"
                  f" | {theirs[key]:.1f} µs | {verdict('≤', 'theirs', microseconds <= theirs[key])} |")


def measurements(command) -> dict:
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rows = (line.split() for line in output.splitlines())
    return {tuple(words[:3]): float(words[3]) for words in rows}


def keep_best(best: dict, measured: dict):
    """In turn and the best of all: the others on a machine slow down now the one, now the other."""
    for key, value in measured.items():
        choose = max if key[0] == "update" else min
        best[key] = choose(value, best.get(key, value))


def print_lines(tally, python):
    """Whole processes, from start to exit, on a file of lines."""
    with tempfile.TemporaryDirectory() as folder:
        lines = Path(folder) / "lines"
        with lines.open("w") as file:
            for start in range(0, LINE_COUNT, 100_000):
                file.write("".join(f"u{item}\n" for item in range(start, start + 100_000)))
        socket = Path(folder) / "redis.sock"
        redis = subprocess.Popen(
            ["redis-server", "--port", "0", "--unixsocket", socket, "--save", ""],
            stdout=subprocess.DEVNULL)
        try:
            while not socket.exists():
                time.sleep(0.01)
            environment = {**os.environ, "TALLY_REDIS_URL": f"unix://{socket}"}
            update = [tally, "cpc", "update", "cpc:bench", "--stdin"]
            loop = [python, HERE / "sketches_peer.py", "count", "12"]
            ours = min(seconds(update, lines, environment) for _ in range(ROUNDS))
            theirs = min(seconds(loop, lines, environment) for _ in range(ROUNDS))
        finally:
            redis.terminate()
            redis.wait()
    print(f"| cpc update --stdin, {LINE_COUNT:,} lines | {ours:.2f} s | {theirs:.2f} s | "
          f"{verdict('≥', f'{LINES_GOAL} x', theirs / ours >= LINES_GOAL)} ({theirs / ours:.1f} x) |")


def seconds(command, stdin, environment) -> float:
    with stdin.open() as file:
        began = time.monotonic()
        subprocess.run(command, stdin=file, env=environment, stdout=subprocess.DEVNULL, check=True)
        return time.monotonic() - began


def verdict(sign: str, goal, is_reached: bool) -> str:
    return f"{sign} {goal} {'reached' if is_reached else '**missed**'}"


def print_surroundings():
    processors = Path("/proc/cpuinfo").read_text().splitlines()
    model = next(line.split(": ")[1] for line in processors if line.startswith("model name"))
    print(f"- machine: {model}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start\n")


if __name__ == "__main__":
    main()
