"""garbage.py SECONDS: one thread that has garbage collected in collect(), half of its time and more, and computes in between.

The line printed at the end says how many seconds went by, and how many of them in gc.collect().
"""

import gc
import sys
import time

from lifetime import Lifetime, done, ready

gc.disable()
keep = [[number] for number in range(300_000)]  # makes each collection take some milliseconds


def collect():
    start = time.perf_counter()
    gc.collect()
    return time.perf_counter() - start


def compute(seconds):
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        pass


lifetime = Lifetime(sys.argv[1])
collect()
ready(file=__file__)
start, collecting = time.perf_counter(), 0.0
while not lifetime.over():
    lasted = collect()
    collecting += lasted
    compute(lasted / 2)
done(wall=time.perf_counter() - start, gc=collecting)
