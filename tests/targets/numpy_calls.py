"""numpy_calls.py SECONDS: numpy calls `inner` for each number of an array, over and over, from `outer`. Needs numpy."""

import sys

import numpy
from lifetime import Lifetime, ready


def inner(number):
    total = 0
    for i in range(200):
        total += i * number
    return total


def outer(array):
    return numpy.frompyfunc(inner, 1, 1)(array)


lifetime = Lifetime(sys.argv[1])
numbers = numpy.arange(1000)
ready(file=__file__)
while not lifetime.over():
    outer(numbers)
