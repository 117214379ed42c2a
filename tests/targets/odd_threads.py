"""odd_threads.py SECONDS: a busy thread and an idle one whose names in /proc look like the end of a name and a state."""

import sys
import threading

from lifetime import Lifetime, ready

stopping = threading.Event()


def rename(name):
    with open(f"/proc/self/task/{threading.get_native_id()}/comm", "w") as file:
        file.write(name)


def busy():
    rename("a) S 1 (b")
    total = 0
    while not stopping.is_set():
        for number in range(10_000):
            total += number


def idle():
    rename("a) R 1 (b)")
    stopping.wait()


lifetime = Lifetime(sys.argv[1])
threads = [threading.Thread(name=target.__name__, target=target) for target in (busy, idle)]
for thread in threads:
    thread.start()
ready(file=__file__, threads={thread.name: thread.native_id for thread in threads})
lifetime.wait()
stopping.set()
for thread in threads:
    thread.join()
