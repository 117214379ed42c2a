"""threads.py SECONDS N_BUSY N_IDLE: threads that compute ("busy 1" …) and threads that wait ("idle 1" …); the main one waits."""

import sys
import threading

from lifetime import Lifetime, ready

seconds, busy_count, idle_count = float(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
stopping = threading.Event()


def busy():
    total = 0
    while not stopping.is_set():
        for number in range(10_000):
            total += number


def idle():
    stopping.wait()


def start(name, target):
    thread = threading.Thread(name=name, target=target)
    thread.start()
    return thread


lifetime = Lifetime(seconds)
threads = [start(f"idle {number}", idle) for number in range(1, idle_count + 1)]
threads += [start(f"busy {number}", busy) for number in range(1, busy_count + 1)]
names = {thread.name: thread.native_id for thread in [threading.main_thread(), *threads]}
ready(file=__file__, threads=names)
lifetime.wait()
stopping.set()
for thread in threads:
    thread.join()
