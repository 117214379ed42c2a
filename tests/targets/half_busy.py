"""half_busy.py SECONDS: one thread that computes in busy() and sleeps in asleep() in turn, some milliseconds each.

The line printed at the end says how many seconds went by, and how many of them the thread was on the CPU by its own clock.
"""

import random
import sys
import time

from lifetime import Lifetime, done, ready

LENGTHS = 0.005, 0.025  # seconds, shortest and longest


def busy(seconds):
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        pass


def asleep(seconds):
    time.sleep(seconds)


lengths = random.Random(1)
lifetime = Lifetime(sys.argv[1])
ready(file=__file__)
start, cpu_start = time.perf_counter(), time.thread_time()
while not lifetime.over():
    busy(lengths.uniform(*LENGTHS))
    asleep(lengths.uniform(*LENGTHS))
done(wall=time.perf_counter() - start, cpu=time.thread_time() - cpu_start)
