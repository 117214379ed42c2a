"""comings.py SECONDS THREADS: threads come and go, and each runs functions that are made, called a few times and freed.

There are THREADS of them at a time; one lives for some 50 ms. Each function has a name, a file and lines of its own.
"""

import itertools
import sys
import threading

from lifetime import Lifetime, ready

CALLS = 2000
FUNCTIONS = 4
SOURCE = "def f{number}(depth):\n{blank}    return f{number}(depth - 1) if depth > 0 else sum(range(200))\n"

numbers = itertools.count()


def make():
    number = next(numbers)
    namespace = {}
    source = SOURCE.format(number=number, blank="\n" * (number % 50))
    exec(compile(source, f"made_{number}.py", "exec"), namespace)
    return namespace[f"f{number}"]


def live(room):
    for _ in range(FUNCTIONS):
        function = make()
        for call in range(CALLS):
            function(call % 12)
    room.release()


seconds, count = float(sys.argv[1]), int(sys.argv[2])
lifetime = Lifetime(seconds)
room = threading.Semaphore(count)
ready(file=__file__)
while not lifetime.over():
    room.acquire()
    threading.Thread(target=live, args=[room], daemon=True).start()
