"""workers.py SECONDS: something of everything for each mode: three threads and a child process.

The main thread waits, one thread is in asleep(), one in busy(), which is mostly in compute(), else it takes and gives back
memory in allocate() or has garbage collected in collect(). The child has one thread, which is in child_busy().
"""

import gc
import mmap
import os
import sys
import threading
import time

from lifetime import Lifetime, ready

BLOCK_BYTES = 256 << 10


def compute(seconds):
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        pass


def allocate(seconds):
    """Grows and shrinks by a block every millisecond or so."""
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        block = mmap.mmap(-1, BLOCK_BYTES)
        for offset in range(0, BLOCK_BYTES, mmap.PAGESIZE):
            block[offset] = 1
        compute(0.001)
        block.close()
        compute(0.001)


def collect(seconds):
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        gc.collect()


def busy(stopping):
    while not stopping.is_set():
        compute(0.01)
        allocate(0.01)
        collect(0.01)


def asleep(stopping):
    stopping.wait()


def child_busy(lifetime):
    """Sleeps half of the time, so that it leaves a CPU to the others."""
    while not lifetime.over():
        compute(0.002)
        time.sleep(0.002)


def start(target, stopping):
    thread = threading.Thread(target=target, args=[stopping])
    thread.start()
    return thread


def main(seconds):
    lifetime = Lifetime(seconds)
    child = os.fork()
    if child == 0:
        child_busy(lifetime)
        os._exit(0)
    keep = [[number] for number in range(30_000)]  # makes each collection take about a millisecond
    stopping = threading.Event()
    threads = [start(asleep, stopping), start(busy, stopping)]
    tids = [thread.native_id for thread in [threading.main_thread(), *threads]]
    ready(file=__file__, pid=os.getpid(), child=child, main=tids[0], asleep=tids[1], busy=tids[2])
    lifetime.wait()
    stopping.set()
    for thread in threads:
        thread.join()
    os.waitpid(child, 0)
    del keep


main(sys.argv[1])
