"""installer.py SETUP: installs a program for Windows twice, runs it and removes it; prints as JSON what was to be seen.

{"before": STATE, "installed": STATE, "again": STATE, "removed": STATE, "said": {name: [code, stdout], …}}, a STATE being
{"code": of the installer, "files": names in the folder, "path": the user's PATH, "type": its type in the registry,
"entry": {name: value, …} of the list of programs, "cache": whether there is one}. The PATH is much longer than 1024
characters before, and put back at the end.
"""

import json
import os
import subprocess
import sys
import time
import winreg

LOCAL = os.environ["LOCALAPPDATA"]
FOLDER = os.path.join(LOCAL, "Programs", "austin")
ENTRY = r"Software\Microsoft\Windows\CurrentVersion\Uninstall\austin"
LONG = ";".join([r"%SystemRoot%", *[f"C:\\place {number}" for number in range(500)]])
PATIENCE_SEC = 20


def values(name):
    try:
        with winreg.OpenKey(winreg.HKEY_CURRENT_USER, name) as key:
            rows = [winreg.EnumValue(key, index) for index in range(winreg.QueryInfoKey(key)[1])]
            return {name: (value, kind) for name, value, kind in rows}
    except FileNotFoundError:
        return {}


def set_path(value, kind=winreg.REG_EXPAND_SZ):
    with winreg.CreateKey(winreg.HKEY_CURRENT_USER, "Environment") as key:
        winreg.DeleteValue(key, "Path") if value is None else winreg.SetValueEx(key, "Path", 0, kind, value)


def state(code=0):
    path, kind = values("Environment")["Path"]
    return {
        "code": code,
        "files": sorted(os.listdir(FOLDER)) if os.path.exists(FOLDER) else [],
        "path": path,
        "type": kind,
        "entry": {name: value for name, (value, _) in values(ENTRY).items()},
        "cache": os.path.exists(os.path.join(LOCAL, "austin")),
    }


def run(*words):
    done = subprocess.run(words, capture_output=True, text=True, encoding="utf-8")
    return [done.returncode, done.stdout]


def uninstall():
    code = subprocess.call([os.path.join(FOLDER, "uninstall.exe"), "/S"])
    # It goes on in a copy of itself, which can delete it.
    deadline = time.monotonic() + PATIENCE_SEC
    while os.path.exists(FOLDER) and time.monotonic() < deadline:
        time.sleep(0.05)
    return code


setup = sys.argv[1]
old, kind = values("Environment").get("Path", (None, winreg.REG_EXPAND_SZ))
set_path(LONG)
try:
    seen = {"folder": FOLDER, "before": state()}
    seen["installed"] = state(subprocess.call([setup, "/S"]))
    seen["said"] = {name: run(os.path.join(FOLDER, name), "--version") for name in ["austin.exe", "austinp.exe"]}
    # Only this one starts the runtime.
    seen["said"]["deno"] = run(os.path.join(FOLDER, "austin.exe"), "--usage")
    seen["again"] = state(subprocess.call([setup, "/S"]))
    seen["removed"] = state(uninstall())
finally:
    set_path(old, kind)
print(json.dumps(seen))
