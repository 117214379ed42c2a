"""phases.py: a thread that is busy all the time, and one with two phases; the second begins with a line on standard input, whose end is the end."""

import os
import sys
import threading

from lifetime import ready


def first_phase():
    while not phase_two.is_set():
        sum(range(100))


def second_phase():
    while True:
        sum(range(100))


def other_work():
    while True:
        sum(range(100))


def listen():
    sys.stdin.readline()
    phase_two.set()
    sys.stdin.read()
    os._exit(0)


phase_two = threading.Event()
for work in (other_work, listen):
    threading.Thread(target=work, daemon=True).start()
ready(file=__file__)
first_phase()
second_phase()
