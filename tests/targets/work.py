"""work.py SECONDS DEPTH: does the same piece of work again and again on a stack of DEPTH frames, and tells how long each took.

A piece takes some 20 ms: calls, attributes, containers and numbers. After the ready line, each line of output is the time of
one piece in nanoseconds.
"""

import sys
import time

from lifetime import Lifetime, ready


class Point:
    def __init__(self, x, y):
        self.x = x
        self.y = y

    def moved(self, by):
        return Point(self.x + by, self.y - by)


def piece():
    seen = {}
    point = Point(0, 0)
    for number in range(30_000):
        point = point.moved(number & 7)
        seen[number & 1023] = point.x
    return len(seen)


def work(lifetime):
    while not lifetime.over():
        before = time.perf_counter_ns()
        piece()
        print(time.perf_counter_ns() - before, flush=True)


def dive(depth, lifetime):
    return dive(depth - 1, lifetime) if depth > 0 else work(lifetime)


seconds, depth = float(sys.argv[1]), int(sys.argv[2])
sys.setrecursionlimit(depth + 1000)
lifetime = Lifetime(seconds)
ready(file=__file__, depth=depth)
dive(depth - 5, lifetime)
