"""standing.py SECONDS: threads that stand still, and where CPython itself says that they are.

The line that it prints when all have come to a halt: {"pid", "threads": [{"tid", "name", "stack"}, …]}, a stack being
[[file, scope, line], …] from the leaf, as sys._current_frames() has it. The main thread says where it is going to wait.
Scopes are qualified names from 3.11 on, names before.
"""

import os
import sys
import threading
import time

from lifetime import Lifetime, ready

DEPTH = 60

gate = threading.Lock()
gate.acquire()


def scope_of(code):
    return getattr(code, "co_qualname", code.co_name)


def stack_of(frame):
    stack = []
    while frame is not None:
        stack.append([frame.f_code.co_filename, scope_of(frame.f_code), frame.f_lineno])
        frame = frame.f_back
    return stack


# ---- ways to stand still -----------------------------------------------------------------------------------------------


def deep(depth):
    if depth > 1:
        return deep(depth - 1)
    gate.acquire()


def numbers():
    yield 1
    gate.acquire()


def generator():
    for _ in numbers():
        pass


def callback():
    sorted([1], key=lambda _: gate.acquire())


class Klasse:
    def größe_測定(self):
        gate.acquire()


WAYS = {"deep": lambda: deep(DEPTH), "generator": generator, "callback": callback, "名前": Klasse().größe_測定}


def is_still(thread):
    before = sys._current_frames().get(thread.ident)
    time.sleep(0.05)
    return before is not None and sys._current_frames().get(thread.ident) is before


threads = [threading.Thread(name=name, target=target, daemon=True) for name, target in WAYS.items()]
for thread in threads:
    thread.start()
while not all(is_still(thread) for thread in threads):
    pass
frames = sys._current_frames()
told = [{"tid": t.native_id, "name": t.name, "stack": stack_of(frames[t.ident])} for t in threads]
lifetime = Lifetime(float(sys.argv[1]))
main = threading.main_thread()
threading.Thread(target=lambda: (lifetime.wait(), os._exit(0)), daemon=True, name="watch").start()


def wait():
    told.append({"tid": main.native_id, "name": main.name, "stack": stack_of(sys._getframe())}), ready(pid=os.getpid(), threads=told), gate.acquire()


wait()
