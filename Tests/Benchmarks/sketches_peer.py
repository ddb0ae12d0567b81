"""The peer of the sketches: the Python package datasketches.

    sketches_peer.py images           what serialising, reading and merging takes, a line each
    sketches_peer.py count LG_K       counts the lines of stdin, the loop one would write
"""

import sys
import time

from datasketches import cpc_sketch, cpc_union


def sketch(lg_k, items):
    result = cpc_sketch(lg_k)
    for item in items:
        result.update(f"u{item}")
    return result


def best(tries, rounds, work):
    """Microseconds, the best of some tries."""
    best = float("inf")
    for _ in range(tries):
        began = time.perf_counter()
        for _ in range(rounds):
            work()
        best = min(best, time.perf_counter() - began)
    return best / rounds * 1e6


def images():
    for lg_k in [12, 14, 16, 21]:
        for count in [1000, 100_000]:
            one = sketch(lg_k, range(count))
            other = sketch(lg_k, range(count // 2, count + count // 2))
            image = one.serialize()
            rounds = max(3, 20_000_000 // (len(image) * 50))

            def union():
                both = cpc_union(lg_k)
                both.update(one)
                both.update(other)
                return both.get_result()

            for name, work in [
                    ("serialize", one.serialize), ("deserialize", lambda: cpc_sketch.deserialize(image)),
                    ("union", union)]:
                print(name, lg_k, count, best(7, rounds, work))


def count(lg_k):
    result = cpc_sketch(lg_k)
    for line in sys.stdin:
        result.update(line.rstrip("\n"))
    print(result.get_estimate())


if sys.argv[1] == "images":
    images()
else:
    count(int(sys.argv[2]))
