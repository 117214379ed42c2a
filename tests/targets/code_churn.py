"""code_churn.py SECONDS [SPIN_US] [POOL]: makes, runs and frees thousands of code objects a second, each with its own name, file and line.

Function number i is called by line FIRST + i % LINES of the one function that calls them all, so a stack tells by itself
whose turn it is. A sample that names another function was taken under a wrong name. POOL functions (default 0) are kept for
a while after their call, so that addresses come back later.

The ready line tells:

    file       the file name of the calling function
    first      line of its first call
    lines      how many there are
    prefix     scopes are prefix + number, file names prefix + number + ".py", and the first line is number + 1
"""

import sys
import time
from collections import deque
from types import FunctionType

from lifetime import Lifetime, ready

FILE = "calls.py"
FIRST = 3
LINES = 1000
PREFIX = "f"


def spin(us):
    end = time.perf_counter() + us / 1e6
    while time.perf_counter() < end:
        pass


def template(us):
    spin(us)
    spin(us)


def make(number):
    """The name is made anew each time, so its memory is used again as well."""
    name = PREFIX + str(number)
    changed = {"co_name": name, "co_filename": name + ".py", "co_firstlineno": number + 1}
    if sys.version_info >= (3, 11):
        changed["co_qualname"] = name
    return FunctionType(template.__code__.replace(**changed), globals(), name)


def calls():
    lines = ["def run(make, keep, us):", "  n = 0"]
    lines += ["  f = make(%d); f(us); keep(f); f = None" % i for i in range(LINES)]
    return "\n".join(lines) + "\n"


def main(seconds, spin_us="40", pool="0"):
    namespace = {}
    exec(compile(calls(), FILE, "exec"), namespace)
    kept = deque(maxlen=int(pool))
    lifetime = Lifetime(seconds)
    ready(file=FILE, first=FIRST, lines=LINES, prefix=PREFIX)
    while not lifetime.over():
        namespace["run"](make, kept.append, float(spin_us))


main(*sys.argv[1:])
