"""children.py SECONDS COUNT [fork | spawn]: a parent that waits for COUNT child processes, each busy in child_busy().

The children share the parent's standard input, so they end when it does, and also when it was killed. `spawn` (the default)
starts a new interpreter for each, `fork` a copy of the parent.
"""

import os
import subprocess
import sys

from lifetime import Lifetime, ready


def child_busy(lifetime):
    total = 0
    while not lifetime.over():
        for number in range(10_000):
            total += number


def spawn(seconds, count):
    """Returns once all are ready. They start side by side: one after the other, each would compete with all before it."""
    command = [sys.executable, "-B", __file__, str(seconds)]
    children = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(count)]
    for child in children:
        child.stdout.readline()
    return [child.pid for child in children]


def fork(seconds, count):
    return [fork_one(seconds) for _ in range(count)]


def fork_one(seconds):
    pid = os.fork()
    if pid == 0:
        child_busy(Lifetime(seconds))
        os._exit(0)
    return pid


def parent(seconds, count, start):
    lifetime = Lifetime(seconds)
    pids = start(seconds, count)
    ready(file=__file__, children=pids)
    lifetime.wait()
    if os.name != "nt":  # there it is not pids that are waited for
        for pid in pids:
            os.waitpid(pid, 0)


seconds = float(sys.argv[1])
if len(sys.argv) == 2:
    ready()
    child_busy(Lifetime(seconds))
else:
    parent(seconds, int(sys.argv[2]), fork if sys.argv[3:] == ["fork"] else spawn)
