"""grows.py: takes 64 MiB in grow(), then gives half of it back in shrink(); before, in between and after it waits for a line.

It says "ready", "grown" and "done" each time before it waits, so that somebody else can look how large it is.
"""

import mmap
import sys
import time

STEPS = 128
STEP_BYTES = 512 << 10


def spin(seconds):
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        pass


def touch(block):
    for offset in range(0, STEP_BYTES, mmap.PAGESIZE):
        block[offset] = 1


def grow(blocks):
    for _ in range(STEPS):
        blocks.append(mmap.mmap(-1, STEP_BYTES))
        touch(blocks[-1])
        spin(0.004)


def shrink(blocks):
    for _ in range(STEPS // 2):
        blocks.pop().close()
        spin(0.004)


def pause(word):
    print(word, "{}", flush=True)
    sys.stdin.readline()


blocks = []
pause("ready")
grow(blocks)
pause("grown")
shrink(blocks)
pause("done")
