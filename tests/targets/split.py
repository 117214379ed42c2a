"""split.py SECONDS [DEPTH [unlike]]: one busy thread that shares its time in a known way: 50, 30 and 20 per cent.

Below <module> and DEPTH + 1 frames of nest() (default 0), rounds() calls half(), three_tenths() and fifth() in turn, some
milliseconds each and of uneven length, so that no sampling interval keeps step with them. Every function is held to its
share of all the time so far: one that was preempted in one round gets less in the next, and the shares stay true to a
fraction of a per cent however busy the machine is. With `unlike`, calm(), calling() and generating() take their places: one
whose stack hardly moves, one that calls functions of a microsecond, one that runs a generator. The line printed at the end says how many seconds each function really
had, by the wall clock and by this thread's CPU clock.
"""

import random
import sys
from time import perf_counter, thread_time

from lifetime import Lifetime, done, ready

ROUNDS = 0.005, 0.015  # seconds, shortest and longest


def half(until):
    while perf_counter() < until:
        pass


def three_tenths(until):
    while perf_counter() < until:
        pass


def fifth(until):
    while perf_counter() < until:
        pass


def calm(until):
    while perf_counter() < until:
        sum(range(1000))


def calling(until):
    while perf_counter() < until:
        descend(8)


def descend(depth):
    return depth and descend(depth - 1)


def generating(until):
    while perf_counter() < until:
        for _ in countdown(8):
            pass


def countdown(number):
    while number:
        yield number
        number -= 1


ALIKE = {half: 0.5, three_tenths: 0.3, fifth: 0.2}
UNLIKE = {calm: 0.5, calling: 0.3, generating: 0.2}


def rounds(lifetime, shares):
    wall = dict.fromkeys((function.__name__ for function in shares), 0.0)
    cpu = dict(wall)
    lengths = random.Random(1)
    total = 0.0
    while not lifetime.over():
        total += lengths.uniform(*ROUNDS)
        for function, share in shares.items():
            name = function.__name__
            owed = total * share - wall[name]
            cpu_start = thread_time()
            start = perf_counter()
            function(start + owed)
            wall[name] += perf_counter() - start
            cpu[name] += thread_time() - cpu_start
    return wall, cpu


def nest(depth, lifetime, shares):
    return nest(depth - 1, lifetime, shares) if depth > 0 else rounds(lifetime, shares)


seconds, depth = float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0
shares = UNLIKE if sys.argv[3:] == ["unlike"] else ALIKE
sys.setrecursionlimit(depth + 1000)
ready(file=__file__, depth=depth, shares={function.__name__: share for function, share in shares.items()})
wall, cpu = nest(depth, Lifetime(seconds), shares)
done(wall=wall, cpu=cpu)
