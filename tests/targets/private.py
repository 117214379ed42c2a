"""private.py SECONDS: takes from everybody else the right to open this process, and lives for SECONDS. For Windows."""

import ctypes
import os
import sys
from ctypes import wintypes

from lifetime import Lifetime, ready

ACL_REVISION = 2
SE_KERNEL_OBJECT = 6
DACL_SECURITY_INFORMATION = 4

advapi32 = ctypes.WinDLL("advapi32", use_last_error=True)
advapi32.SetSecurityInfo.argtypes = [wintypes.HANDLE, ctypes.c_int, wintypes.DWORD, *[ctypes.c_void_p] * 4]
kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
kernel32.GetCurrentProcess.restype = wintypes.HANDLE

# An empty list of who may do what.
nobody = ctypes.create_string_buffer(64)
if not advapi32.InitializeAcl(nobody, len(nobody), ACL_REVISION):
    raise ctypes.WinError(ctypes.get_last_error())
error = advapi32.SetSecurityInfo(
    kernel32.GetCurrentProcess(), SE_KERNEL_OBJECT, DACL_SECURITY_INFORMATION, None, None, nobody, None
)
if error:
    raise ctypes.WinError(error)
lifetime = Lifetime(float(sys.argv[1]))
ready(pid=os.getpid())
lifetime.wait()
