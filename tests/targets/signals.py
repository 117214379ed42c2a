"""signals.py SECONDS [LINGER]: prints "signal NAME" for each SIGINT and SIGTERM, and ends LINGER seconds after the first.

The line printed at the end says which signals there were. It asks nothing of its standard input.
"""

import json
import signal
import sys
import time

received = []
deadline = time.monotonic() + float(sys.argv[1])
linger = float(sys.argv[2]) if len(sys.argv) > 2 else 0.3


def note(number, frame):
    global deadline
    if not received:
        deadline = time.monotonic() + linger
    received.append(signal.Signals(number).name)
    print("signal", received[-1], flush=True)


signal.signal(signal.SIGINT, note)
signal.signal(signal.SIGTERM, note)
print("ready", json.dumps({"file": __file__}), flush=True)
while time.monotonic() < deadline:
    time.sleep(0.01)
print("done", json.dumps({"signals": received}), flush=True)
