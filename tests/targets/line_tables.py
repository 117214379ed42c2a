"""line_tables.py BYTES: what CPython itself says of line tables, for all code objects of about BYTES of the standard library.

This one is not sampled, so it is never ready: it prints a line for each code object and ends. The line is a JSON array

    [name, co_firstlineno, co_lnotab or co_linetable in hexadecimal, [run, ...]]

and a run is a number of code units with the line that PyCode_Addr2Line has for each of them, [units, line], or from 3.11 on
what co_positions() has: [units, line, end_line, column, end_column].
"""

import ctypes
import itertools
import json
import os
import sys
import types
import warnings

HAS_POSITIONS = sys.version_info >= (3, 11)
HAS_RANGES = sys.version_info >= (3, 10)

addr2line = ctypes.pythonapi.PyCode_Addr2Line
addr2line.argtypes = ctypes.py_object, ctypes.c_int
addr2line.restype = ctypes.c_int


def odd_sources():
    """Sources with long lines, large jumps and lines that go back."""
    gap = "\n" * 70_000
    yield "def far():\n    a = 1\n" + gap + "    b = 2\n" + gap + "    return a + b\n"
    yield "x = [" + ", ".join(["f(1, 'é日𠀀')"] * 300) + "]\n"
    yield "x = max(\n" + ",\n".join(["    f(1)"] * 300) + "\n)\n"
    yield "x = (" + "1 +\n" * 200 + "y) and (\n" + "z\n" + ")\n"
    yield "def f():\n" + "    n += 1\n" * 5_000
    yield "try:\n    a()\nexcept B:\n    c()\nelse:\n    d()\nfinally:\n    e()\n"
    yield "async def f():\n    async with a as b, c:\n        return [x async for x in y if await z]\n"
    yield "\n" * 200_000 + "x = 1\n"
    yield ""


def files():
    root = os.path.dirname(os.__file__)
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in ("site-packages", "dist-packages", "__pycache__"))
        for name in sorted(names):
            if name.endswith(".py"):
                yield os.path.join(folder, name)


def library_sources(size):
    """A part of all files, evenly chosen."""
    chosen = list(files())
    total = sum(map(os.path.getsize, chosen))
    step = max(1, total // size)
    for path in chosen[::step]:
        with open(path, "rb") as file:
            yield file.read()


def code_objects(sources):
    for source in sources:
        try:
            queue = [compile(source, "source.py", "exec", dont_inherit=True)]
        except (SyntaxError, ValueError):  # files that test the compiler
            continue
        while queue:
            code = queue.pop()
            yield code
            queue += [const for const in code.co_consts if isinstance(const, types.CodeType)]


def places(code):
    if HAS_POSITIONS:
        return code.co_positions()
    return ((addr2line(code, index),) for index in range(0, len(code.co_code), 2))


def main(size):
    warnings.simplefilter("ignore")
    sources = itertools.chain(odd_sources(), library_sources(int(size)))
    for code in code_objects(sources):
        table = code.co_linetable if HAS_RANGES else code.co_lnotab
        runs = [[len(list(group)), *place] for place, group in itertools.groupby(places(code))]
        print(json.dumps([code.co_name, code.co_firstlineno, table.hex(), runs]))


main(*sys.argv[1:])
