"""deep.py SECONDS DEPTH: one thread, busy in leaf(), on a stack of DEPTH frames (at least 2, <module> and leaf() included)."""

import sys

from lifetime import Lifetime, ready


def leaf():
    total = 0
    while True:
        for number in range(100_000):
            total += number
        if lifetime.over():
            return total


def dive(depth):
    return dive(depth - 1) if depth > 0 else leaf()


seconds, depth = float(sys.argv[1]), int(sys.argv[2])
sys.setrecursionlimit(depth + 1000)
lifetime = Lifetime(seconds)
ready(file=__file__, depth=depth)
if depth == 2:
    leaf()
else:
    dive(depth - 3)
