"""Runs commands as whole processes, from start to exit, and measures them."""

import os
import signal
import statistics
import subprocess
import time
from dataclasses import dataclass


@dataclass
class Sample:
    """One run: wall time, and the largest resident memory of any process of it."""

    seconds: float
    peak_mb: float


def run(commands: list, environment: dict, folder) -> Sample:
    """Runs the commands one after the other; one that fails ends the benchmark.

    No peak is below that of this program (20 MB), from which the kernel lets a child begin.
    """
    peak_kb = 0
    began = time.monotonic()
    for command in commands:
        command = [str(word) for word in command]
        errors = folder / "errors.txt"
        child = os.posix_spawnp(command[0], command, environment, file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0),
            (os.POSIX_SPAWN_OPEN, 2, str(errors), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
        ])
        try:
            _, status, usage = os.wait4(child, 0)
        except BaseException:
            os.kill(child, signal.SIGKILL)
            raise
        if status != 0:
            code = os.waitstatus_to_exitcode(status)
            raise SystemExit(f"bench: {command} ended with {code}: {errors.read_text()}")
        peak_kb = max(peak_kb, usage.ru_maxrss)
    return Sample(time.monotonic() - began, peak_kb / 1024)


class Pinger:
    """Another client of Redis while something runs; use as a context."""

    def __init__(self, program, socket):
        self.command = [str(program), str(socket)]
        self.milliseconds = None

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        words = self.process.communicate()[0].split()
        # The 99.9th percentile.
        self.milliseconds = int(words[2]) / 1000


def median_seconds(samples: list) -> float:
    return statistics.median(sample.seconds for sample in samples)


def peak_mb(samples: list) -> float:
    return max(sample.peak_mb for sample in samples)
