"""native_work.py SECONDS LIBRARY IDLE: does the same piece of work again and again through C, and tells how long each took.

A piece takes some 20 ms: it sorts numbers by a function of Python's, so that every stack of it has Python, C and Python
again. LIBRARY (tests/bench/programs/idle_threads.c) starts IDLE threads without Python, which wait. After the ready line,
each line of output is the time of one piece in nanoseconds.
"""

import ctypes
import sys
import time

from lifetime import Lifetime, ready


def weigh(number):
    total = 0
    for i in range(20):
        total += number * i % 7
    return total


def piece():
    return sorted(range(8_000), key=weigh)


def work(lifetime):
    while not lifetime.over():
        before = time.perf_counter_ns()
        piece()
        print(time.perf_counter_ns() - before, flush=True)


seconds, library, idle = sys.argv[1:]
ctypes.CDLL(library).start_idle_threads(int(idle))
lifetime = Lifetime(seconds)
ready(file=__file__)
work(lifetime)
