"""The peer of the sketch tests: does what it is told with the package datasketches.

make SEED COUNT  prints COUNT lines of random streams and unions, with the images of the package.
read             reads lines of images, and prints what the package reads in them.

A line has fields behind spaces. A stream is first:count:lg_k, its items are u<first> and so on.
"""

import base64
import random
import sys

from datasketches import cpc_sketch, cpc_union


def stream(first, count, lg_k):
    sketch = cpc_sketch(lg_k)
    for item in range(first, first + count):
        sketch.update(f"u{item}")
    return sketch


def answers(sketch):
    numbers = [sketch.get_estimate()]
    numbers += [sketch.get_lower_bound(kappa) for kappa in (1, 2, 3)]
    numbers += [sketch.get_upper_bound(kappa) for kappa in (1, 2, 3)]
    image = base64.b64encode(sketch.serialize()).decode()
    return " ".join([image] + [repr(number) for number in numbers])


def make(seed, count):
    chance = random.Random(seed)

    def size(lg_k):
        # As often ten as ten thousand; now and then many times more items than rows.
        most = min(1 << 16, 40 << lg_k)
        return int(most ** chance.random()) - chance.randrange(2)

    for _ in range(count):
        # Above lg_k 18 the package takes wrong tables: compared there are streams that need none.
        lg_k = chance.choice([4, 5, 6, 7, 8, 9, 10, 11, 12, 12, 13, 14, 15, 16, 18, 21])
        sketches = [(chance.randrange(1 << 20), size(lg_k), lg_k)]
        if chance.random() < 0.5:
            for _ in range(chance.randrange(3)):
                other = max(4, min(26, lg_k + chance.choice([0, 0, 0, -3, -2, -1, 1, 2])))
                first = sketches[0][0] + chance.randrange(1 + 2 * sketches[0][1])
                sketches.append((first, size(other), other))
            union = cpc_union(max(4, min(26, lg_k + chance.choice([0, 0, -1, 1]))))
            own = union.get_result().lg_k
            for parts in sketches:
                union.update(stream(*parts))
            result, kind = union.get_result(), f"union:{own}"
        else:
            result, kind = stream(*sketches[0]), "stream"
        parts = ",".join(":".join(map(str, part)) for part in sketches)
        print(kind, parts, answers(result))


def read():
    for line in sys.stdin:
        print(answers(cpc_sketch.deserialize(base64.b64decode(line))))


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(int(sys.argv[2]), int(sys.argv[3]))
    else:
        read()
