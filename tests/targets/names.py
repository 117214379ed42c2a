"""names.py SECONDS: one thread for each kind of name that a function or a file can have, all at rest in line 2 of it.

The facts say what each function is called and in which file: lone surrogates as U+FFFD, all else as Python has it.
"""

import re
import sys
import threading
import types

from lifetime import Lifetime, ready

LONG = "n" * 300
NAMES = [
    ("plain", "<string>"),
    ("été", "latin-é.py"),
    ("Жар日本", "ucs2-Ж日.py"),
    ("夏𠀀𠀁", "ucs4-𠀀.py"),
    ("日" * 300, "ucs2-long-" + "é" * 300 + ".py"),
    (LONG, "/" + "/".join([LONG] * 5) + ".py"),
    ("spaced", "a file; with 'odd' characters:12.py"),
    ("escaped", "bad\udce9.py"),
    ("alone\ud800", "alone\udfff.py"),
    ("", ""),
    ("two\nlines", "two\nlines;three\r.py"),
    ("colour\x1b[31m", "bell\x07\x7f\x85.py"),
    ("back\\slash", "C:\\back\\slash.py"),
]


def named(name, filename):
    """Names that no compiler would allow are put into the code object."""
    namespace = {}
    exec(compile("def rest(event):\n    event.wait()\n", filename, "exec"), namespace)
    code = namespace["rest"].__code__
    qualified = {"co_qualname": name} if hasattr(code, "co_qualname") else {}
    return types.FunctionType(code.replace(co_name=name, **qualified), namespace)


def text(string):
    return re.sub("[\ud800-\udfff]", "\ufffd", string)


lifetime = Lifetime(sys.argv[1])
stopping = threading.Event()
threads = []
for name, filename in NAMES:
    threads.append(threading.Thread(target=named(name, filename), args=[stopping]))
    threads[-1].start()
ids = [thread.native_id for thread in threads]
ready(file=__file__, names=[[tid, text(file), text(name)] for tid, (name, file) in zip(ids, NAMES)])
lifetime.wait()
stopping.set()
for thread in threads:
    thread.join()
