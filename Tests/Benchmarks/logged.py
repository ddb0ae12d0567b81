"""What the logs of expired bitmaps in a folder hold: how many bitmaps, and one number for them all.

A line may come twice: SCAN repeats keys while Redis shrinks its table, and the log is put back by OR.
A process of its own, because it needs memory that would count for everything started afterwards.
"""

import json
import sys
import zlib
from pathlib import Path

entries = set()
for log in Path(sys.argv[1]).iterdir():
    with open(log) as lines:
        for line in lines:
            entry = json.loads(line)
            fields = ["key", "month", "type", "id", "bitmap", "days"]
            entries.add(str([entry[field] for field in fields]))
print(len(entries), sum(zlib.crc32(entry.encode()) for entry in entries))
