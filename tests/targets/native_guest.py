"""native_guest.py SECONDS: a program with much that a halt could disturb.

Its main thread counts loops and takes signals, each of which leaves a byte in a pipe: every SIGRTMIN+1 that is sent to it,
and a timer of its own every millisecond. Another thread waits in epoll_wait without a time limit, in C, where a wake-up for no reason would show as an
error. When it ends it says what it saw.
"""

import ctypes
import fcntl
import os
import select
import signal
import sys
import threading

from lifetime import Lifetime, done, ready

lifetime = Lifetime(sys.argv[1])
seen = {"epoll": "waiting"}
SENT = signal.SIGRTMIN + 1


def wait_in_c():
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    libc = ctypes.CDLL(None, use_errno=True)
    poll = select.epoll()
    events = ctypes.create_string_buffer(64)
    result = libc.epoll_wait(poll.fileno(), events, 1, -1)
    seen["epoll"] = f"{result}: {os.strerror(ctypes.get_errno())}"


received, wakeup = os.pipe2(os.O_NONBLOCK)
fcntl.fcntl(wakeup, 1031, 1 << 20)  # F_SETPIPE_SZ
signal.set_wakeup_fd(wakeup)
for signum in (SENT, signal.SIGALRM):
    signal.signal(signum, lambda signum, frame: None)
signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
waiter = threading.Thread(target=wait_in_c, daemon=True)
waiter.start()
ready(file=__file__, waiter=waiter.native_id, signal=SENT)
loops = 0
while not lifetime.over():
    for i in range(100):
        loops += 1
signal.setitimer(signal.ITIMER_REAL, 0)
signums = os.read(received, 1 << 20)
done(loops=loops, sent=signums.count(SENT), timer=signums.count(signal.SIGALRM), **seen)
