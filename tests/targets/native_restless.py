"""native_restless.py ROUNDS: starts and ends threads and processes, and then becomes another program, which says so.

Each round makes a thread, a fork that runs Python and ends with 7, and a subprocess; what came back is counted.
"""

import os
import subprocess
import sys
import threading

rounds = int(sys.argv[1])
ends = []


def work():
    return sum(i * i for i in range(2000))


for _ in range(rounds):
    thread = threading.Thread(target=work)
    thread.start()
    pid = os.fork()
    if pid == 0:
        work()
        os._exit(7)
    work()
    ends.append(os.waitpid(pid, 0)[1] >> 8)
    ends.append(subprocess.call([sys.executable, "-S", "-c", "raise SystemExit(8)"]))
    thread.join()

right = ends.count(7) == rounds and ends.count(8) == rounds
# Another thread than the first one execs, which is the harder case.
threading.Thread(
    target=os.execv, args=(sys.executable, [sys.executable, "-S", "-c", f"print({right}); raise SystemExit(9)"])
).start()
while True:
    work()
