"""When a target says that it is ready, and when it has to end.

A target prints one line, `ready {...}`, once it does what it is meant to do; the JSON object holds facts about it. It ends
by itself after a number of seconds or when its standard input is closed, whichever comes first, so none outlives its test.
Standard input counts only where it is a pipe: a target that is started by hand, or with none, just takes its time.
"""

import json
import os
import select
import stat
import sys
import threading
import time


def ready(**facts):
    """Prints the line that tests/support/target.ts waits for."""
    print("ready", json.dumps(facts), flush=True)


def done(**facts):
    """Prints the line of facts that are known only at the end."""
    print("done", json.dumps(facts), flush=True)


class Lifetime:
    """Counts from when it is made."""

    def __init__(self, seconds):
        self._deadline = time.monotonic() + float(seconds)
        self._input = _piped_input()
        self._closed = False
        if self._input is not None and os.name == "nt":  # there is no select() on pipes
            threading.Thread(target=self._watch, daemon=True, name="lifetime").start()

    def over(self):
        """Tells whether it is time to end; costs some microseconds."""
        return self._over_within(0)

    def wait(self):
        """Sleeps until it is time to end."""
        while not self._over_within(1):
            pass

    def _over_within(self, seconds):
        left = self._deadline - time.monotonic()
        if self._closed or left <= 0:
            return True
        seconds = min(seconds, left)
        if self._input is None or os.name == "nt":
            time.sleep(seconds)
        elif select.select([self._input], [], [], seconds)[0]:
            self._closed = not os.read(self._input, 4096)
        return self._closed

    def _watch(self):
        while os.read(self._input, 4096):
            pass
        self._closed = True


def _piped_input():
    try:
        mode = os.fstat(0).st_mode
    except OSError:
        return None
    return 0 if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) else None
