"""console.py PROGRAM ARG...: runs a program in a console of its own and presses a key there. For Windows.

That is done when the file named by $CONSOLE_FILE says $CONSOLE_WORD twenty times. What the program prints goes to our
standard output; its exit code is ours. $CONSOLE_KEY is the key:

ctrl-c       Ctrl-C, which the console tells to all
late-ctrl-c  Ctrl-C, which the others hear of when the last process that entered the console has ended of it
ctrl-break   Ctrl-Break
"""

import ctypes
import os
import subprocess
import sys
import time
from ctypes import wintypes

CTRL_C_EVENT = 0
CTRL_BREAK_EVENT = 1
PROCESS_ALL_ACCESS = 0x1FFFFF
MAX_PROCESSES = 64
PATIENCE_SEC = 30

kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
kernel32.GetModuleHandleW.restype = wintypes.HMODULE
kernel32.GetProcAddress.argtypes = [wintypes.HMODULE, ctypes.c_char_p]
kernel32.GetProcAddress.restype = ctypes.c_void_p
kernel32.OpenProcess.restype = wintypes.HANDLE
kernel32.CreateRemoteThread.argtypes = [wintypes.HANDLE, *[ctypes.c_void_p] * 3, ctypes.c_size_t, wintypes.DWORD, ctypes.c_void_p]
kernel32.CreateRemoteThread.restype = wintypes.HANDLE
kernel32.WaitForSingleObject.argtypes = [wintypes.HANDLE, wintypes.DWORD]


def is_time():
    try:
        with open(os.environ["CONSOLE_FILE"], encoding="utf-8") as file:
            return file.read().count(os.environ["CONSOLE_WORD"]) > 20
    except OSError:
        return False


def others():
    """Ids of the other processes in the console, in the order in which they entered it."""
    ids = (wintypes.DWORD * MAX_PROCESSES)()
    count = kernel32.GetConsoleProcessList(ids, MAX_PROCESSES)
    return [pid for pid in ids[:count] if pid != os.getpid()]


def tell(pid, event):
    """Does what the console does: starts a thread in the process. wine itself would end it on Ctrl-Break."""
    routine = kernel32.GetProcAddress(kernel32.GetModuleHandleW("kernelbase"), b"CtrlRoutine")
    process = kernel32.OpenProcess(PROCESS_ALL_ACCESS, False, pid)
    if not kernel32.CreateRemoteThread(process, None, None, routine, event, 0, None):
        raise ctypes.WinError(ctypes.get_last_error())
    return process


def press(key):
    if key == "ctrl-c":
        # Only now: who ignores it hands that down to the processes that it starts.
        kernel32.SetConsoleCtrlHandler(None, True)
        if not kernel32.GenerateConsoleCtrlEvent(CTRL_C_EVENT, 0):
            raise ctypes.WinError(ctypes.get_last_error())
    elif key == "late-ctrl-c":
        *first, last = others()
        kernel32.WaitForSingleObject(tell(last, CTRL_C_EVENT), PATIENCE_SEC * 1000)
        for pid in first:
            tell(pid, CTRL_C_EVENT)
    else:
        for pid in others():
            tell(pid, CTRL_BREAK_EVENT)


kernel32.FreeConsole()
if not kernel32.AllocConsole():
    raise ctypes.WinError(ctypes.get_last_error())
# The new console has taken the place of our standard output.
program = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
while program.poll() is None and not is_time():
    time.sleep(0.05)
press(os.environ["CONSOLE_KEY"])
try:
    output = program.communicate(timeout=PATIENCE_SEC)[0]
except subprocess.TimeoutExpired:
    program.kill()
    output = program.communicate()[0] + b"It goes on after the key."
sys.stdout.buffer.write(output)
sys.exit(program.returncode)
