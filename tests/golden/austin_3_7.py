"""What `record_austin_3_7.ts` records: two threads, an allocation, garbage, and with an argument a child. It imports no file."""

import _thread
import gc
import posix
import sys
from time import perf_counter, sleep


def spin(seconds):
    until = perf_counter() + seconds
    while perf_counter() < until:
        pass


class Worker:
    def run(self):
        for _ in range(3):
            spin(0.05)
            sleep(0.05)


def allocate():
    kept = []
    for _ in range(8):
        kept.append(bytearray(1 << 20))
        spin(0.01)
    return kept


def collect():
    cycles = [[] for _ in range(200_000)]
    for cycle in cycles:
        cycle.append(cycles)
    for _ in range(4):
        gc.collect()


def main():
    _thread.start_new_thread(Worker().run, ())
    child = posix.fork() if sys.argv[1:] == ["fork"] else 0
    allocate()
    collect()
    spin(0.2)
    if child:
        posix.waitpid(child, 0)


main()
