"""constructors.py SECONDS: one busy thread, always in work() below Thing.__init__() below make() below <module>.

It is called often enough for the interpreter to take every short cut that it has for making objects of a class.
"""

import sys
from time import perf_counter

from lifetime import Lifetime, ready


def work():
    until = perf_counter() + 0.001
    while perf_counter() < until:
        pass


class Thing:
    def __init__(self):
        work()


def make(lifetime):
    while not lifetime.over():
        for _ in range(20):
            Thing()


lifetime = Lifetime(sys.argv[1])
for _ in range(100):
    Thing()
ready(file=__file__)
make(lifetime)
