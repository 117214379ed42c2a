"""console.py PROGRAM ARG...: runs a program in a console of its own and presses Ctrl-C there. For Windows.

That is done when the file named by $CONSOLE_FILE says $CONSOLE_WORD twenty times. What the program prints goes to our standard
output; its exit code is ours. Everything in the console gets the event; we ignore it.
"""

import ctypes
import os
import subprocess
import sys
import time

CTRL_C_EVENT = 0


def is_time():
    try:
        with open(os.environ["CONSOLE_FILE"], encoding="utf-8") as file:
            return file.read().count(os.environ["CONSOLE_WORD"]) > 20
    except OSError:
        return False


kernel32 = ctypes.windll.kernel32
kernel32.FreeConsole()
if not kernel32.AllocConsole():
    raise ctypes.WinError()
# The new console has taken the place of our standard output.
program = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
while program.poll() is None and not is_time():
    time.sleep(0.05)
# Only now: who ignores it hands that down to the processes that it starts.
kernel32.SetConsoleCtrlHandler(None, True)
if not kernel32.GenerateConsoleCtrlEvent(CTRL_C_EVENT, 0):
    raise ctypes.WinError()
sys.stdout.buffer.write(program.communicate()[0])
sys.exit(program.returncode)
