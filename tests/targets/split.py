"""split.py SECONDS [DEPTH]: one busy thread that shares its time in a known way: 50, 30 and 20 per cent.

Below <module> and DEPTH + 1 frames of nest() (default 0), rounds() calls half(), three_tenths() and fifth() in turn, some
milliseconds each and of uneven length, so that no sampling interval keeps step with them. Every function is held to its
share of all the time so far: one that was preempted in one round gets less in the next, and the shares stay true to a
fraction of a per cent however busy the machine is. The line printed at the end says how many seconds each function really
had, by the wall clock and by this thread's CPU clock.
"""

import random
import sys
from time import perf_counter, thread_time

from lifetime import Lifetime, done, ready

ROUNDS = 0.005, 0.015  # seconds, shortest and longest
SHARES = {"half": 0.5, "three_tenths": 0.3, "fifth": 0.2}


def half(until):
    while perf_counter() < until:
        pass


def three_tenths(until):
    while perf_counter() < until:
        pass


def fifth(until):
    while perf_counter() < until:
        pass


def rounds(lifetime):
    wall = dict.fromkeys(SHARES, 0.0)
    cpu = dict.fromkeys(SHARES, 0.0)
    lengths = random.Random(1)
    total = 0.0
    while not lifetime.over():
        total += lengths.uniform(*ROUNDS)
        for function in (half, three_tenths, fifth):
            name = function.__name__
            owed = total * SHARES[name] - wall[name]
            cpu_start = thread_time()
            start = perf_counter()
            function(start + owed)
            wall[name] += perf_counter() - start
            cpu[name] += thread_time() - cpu_start
    return wall, cpu


def nest(depth, lifetime):
    return nest(depth - 1, lifetime) if depth > 0 else rounds(lifetime)


seconds, depth = float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0
sys.setrecursionlimit(depth + 1000)
ready(file=__file__, depth=depth, shares=SHARES)
wall, cpu = nest(depth, Lifetime(seconds))
done(wall=wall, cpu=cpu)
