"""native_abort.py: calls C that calls Python several times over, tells what is mapped where, and aborts, which leaves a core file.

Its frames, from the root; sorted() and qsort() are C:

    level_1 → sorted → level_2 → qsort, by ctypes → compare → level_3 → abort

Without ctypes it is `level_1 → sorted → level_2 → sorted → compare → level_3 → abort`.
"""

import json
import os

try:
    import ctypes
except ImportError:
    ctypes = None


def level_3():
    with open("/proc/self/maps") as maps:
        print(json.dumps({"maps": maps.read()}), flush=True)
    os.abort()


def compare(*_):
    level_3()


def level_2(_):
    if ctypes is None:
        sorted([1], key=compare)
    else:
        function = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)(compare)
        ctypes.CDLL(None).qsort((ctypes.c_int * 2)(2, 1), 2, 4, function)


def level_1():
    return sorted([1], key=level_2)


level_1()
