"""forkserver.py SECONDS COUNT: a parent that waits in parent() for COUNT processes that its fork server starts, each busy in child_busy()."""

import multiprocessing
import sys
import time

from lifetime import ready


def child_busy(seconds):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        sum(range(10_000))


def parent(seconds, count):
    context = multiprocessing.get_context("forkserver")
    children = [context.Process(target=child_busy, args=[seconds]) for _ in range(count)]
    for child in children:
        child.start()
    ready(file=__file__, children=[child.pid for child in children])
    for child in children:
        child.join()


if __name__ == "__main__":
    parent(float(sys.argv[1]), int(sys.argv[2]))
