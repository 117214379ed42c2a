"""native_stacks.py SECONDS FOLDER KIND: Python called from C called from Python, several times over, at known places.

One thread spins and another one waits; both have these frames, from the root:

    level_1                     Python
    outer_place, inner_place    C of the test's own, in FOLDER (see tests/support/native_places.ts)
    level_2                     Python
    ...                         C of CPython: sorted()
    level_3                     Python
    callback_place              C of the test's own, by ctypes
    level_4                     Python
    spin or rest                Python, called by level_4

KIND says how the first call is made: `ctypes`, or `extension` for a module of CPython's API. `untabled` is like ctypes, but
through a function without unwind tables.
"""

import ctypes
import sys
import threading

from lifetime import Lifetime, done, ready

seconds, folder, kind = sys.argv[1:]
lifetime = Lifetime(seconds)
if kind == "extension":
    sys.path.insert(0, folder)
    from native_places import outer_place
else:
    api = ctypes.PyDLL(folder + "/libplaces.so")
    outer_place = getattr(api, "untabled_place" if kind == "untabled" else "outer_place")
    outer_place.argtypes = [ctypes.py_object]
    outer_place.restype = ctypes.c_long

library = ctypes.CDLL(folder + "/libplaces.so")
CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)
resting = threading.Event()
ending = threading.Event()
loops = 0


def spin():
    global loops
    while not ending.is_set():
        for i in range(1000):
            loops += i * i % 7


def rest():
    resting.set()
    lifetime.wait()
    ending.set()


def level_4(which):
    if which == 0:
        rest()
    else:
        spin()
    return 0


def level_3(which):
    return library.callback_place(CALLBACK(level_4), which)


def level_2():
    which = 0 if threading.current_thread() is threading.main_thread() else 1
    return sorted([which], key=level_3)


def level_1():
    return outer_place(level_2)


thread = threading.Thread(target=level_1)
thread.start()
threading.Thread(
    target=lambda: (resting.wait(), ready(file=__file__, spinning=thread.native_id)), daemon=True
).start()
level_1()
thread.join()
done(loops=loops)
