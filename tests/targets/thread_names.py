"""thread_names.py SECONDS: threads that are named, and keep their names, in every way; all of them wait.

Its facts: `names` is what each native thread id is called, `nameless` are the ids of threads that `threading` does not know,
`forked` is the child process of the thread "forking", and of the thread that it calls the same.
"""

import _thread
import os
import sys
import threading

from lifetime import Lifetime, ready

stopping = threading.Event()
started = []


def wait():
    started.append(threading.get_native_id())
    stopping.wait()


class Heavy(threading.Thread):
    """Has attributes of its own, in a dictionary that does not share its keys with others."""

    def __init__(self, name):
        self.first = 1
        super().__init__(name=name, target=wait)
        for number in range(100):
            setattr(self, "attribute%d" % number, number)
        del self.first
        self.dictionary = self.__dict__


class Slotted(threading.Thread):
    __slots__ = ("more",)

    def __init__(self, name):
        super().__init__(name=name, target=wait)
        self.more = 1


def start(thread):
    thread.start()
    return thread


def fork_in_thread():
    """Returns the id of a copy of this process whose only thread is called "forking"."""
    pids = []

    def fork():
        parent = os.getpid()
        pid = os.fork()
        if pid != 0:
            pids.append(pid)
            return
        lifetime = Lifetime(float(sys.argv[1]))
        while os.getppid() == parent and not lifetime.over():
            stopping.wait(0.05)
        os._exit(0)

    start(threading.Thread(name="forking", target=fork)).join()
    return pids[0]


lifetime = Lifetime(float(sys.argv[1]))
forked = fork_in_thread()
for number in range(20):  # leave holes in the dictionary of threads
    start(threading.Thread(target=int)).join()
threads = [threading.main_thread()]
threads += [start(threading.Thread(name=name, target=wait)) for name in ("plain", "Gr\u00fc\u00dfe", "\u7e04", "\U0001f9f5 x")]
threads.append(start(threading.Thread(name="a; b\x1b[31m\n", target=wait)))
threads.append(start(threading.Thread(name="x" * 200, target=wait)))
threads += [start(Heavy("heavy")), start(Slotted("slotted"))]
threads.append(start(threading.Thread(target=wait)))
threads[-1].name = "renamed"
_thread.start_new_thread(wait, ())
while len(started) < len(threads):
    stopping.wait(0.001)
names = {thread.native_id: thread.name for thread in threads}
nameless = [tid for tid in started if tid not in names]
ready(file=__file__, names=names, nameless=nameless, forked=forked)
lifetime.wait()
stopping.set()
os.waitpid(forked, 0)
