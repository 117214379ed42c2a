"""idle.py SECONDS: one thread that does nothing but wait, below doze() and rest()."""

import sys

from lifetime import Lifetime, ready


def doze(lifetime):
    lifetime.wait()


def rest(lifetime):
    doze(lifetime)


lifetime = Lifetime(sys.argv[1])
ready(file=__file__)
rest(lifetime)
