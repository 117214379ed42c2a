"""everything.py SECONDS [TRUTH]: every kind of frame that a CPython can have, and the truth about them.

Threads: the main one waits; "deep" stands under DEPTH frames of deep(); "événements" runs an asyncio loop; "busy 1" and
"busy 2" go through the scenarios below, over and over; "sleeper" sleeps; "watcher" looks at them all now and then.

The line printed at the end (and written to the file TRUTH, if given) is what a profiler can be held to:

    code  every code object of the program and of all loaded modules, {file: {scope: [[first, last], ...]}}: the ranges of
          lines that its frames can be at; 0 is among them where some instruction has no line
    seen  [file, scope, line] of every frame that the watcher saw by sys._current_frames()

A scope is the code object's qualified name from 3.11 on and its name before. Lone surrogates are written as U+FFFD.
"""

import asyncio
import collections
import contextlib
import ctypes
import dis
import functools
import gc
import itertools
import json
import os
import re
import sys
import threading
import time
import types
import weakref

from lifetime import Lifetime, done, ready

DEPTH = 10_000
STACK_BYTES = 512 << 20  # before 3.11 each Python frame is a C frame as well
NAP = 0.002
WATCHED_FRAMES = 100

stopping = threading.Event()
compiled = []  # every code object that did not come with a module


# ---- names and line tables out of the ordinary: compiled from made-up sources ------------------------------------------


def define(source, filename, name):
    """Compiles a source under a file name of its own and returns what it calls `name`."""
    code = compile(source, filename, "exec")
    compiled.append(code)
    namespace = {"spin": spin}
    exec(code, namespace)
    return namespace[name]


def renamed(name, filename):
    """A function with names in its code object that no compiler would allow."""
    qualified = {"co_qualname": name} if hasattr(spinning.__code__, "co_qualname") else {}
    code = spinning.__code__.replace(co_name=name, co_filename=filename, **qualified)
    compiled.append(code)
    return types.FunctionType(code, globals())


def spin(count=200):
    total = 0
    for number in range(count):
        total += number
    return total


def spinning():
    return spin() + spin()


def function_named(name, filename):
    return define(f"def {name}():\n    a = spin()\n    b = spin()\n    return a + b\n", filename, name)


def strangers():
    """Functions whose names or files need every kind of string, or are very long."""
    long = "n" * 300
    return [
        function_named("été", "latin-é.py"),
        function_named("Жар日本", "ucs2-Ж日.py"),
        function_named("夏𠀀𠀁", "ucs4-𠀀.py"),
        function_named("é" * 300, "latin-long-" + "é" * 300 + ".py"),
        function_named("日" * 300, "ucs2-long-" + "日" * 300 + ".py"),
        function_named(long, "/" + "/".join([long] * 5) + ".py"),
        function_named("plain", "<string>"),
        function_named("spaced", "a file; with 'odd' characters:12.py"),
        function_named("escaped", "bad\udce9.py"),
        renamed("alone\ud800", "alone\udfff.py"),
        renamed("", ""),
        renamed("two\nlines", "two\nlines;three.py"),
    ]


def long_functions():
    """Functions with long line tables and large line numbers; each calls spin() from lines far apart."""
    body = "".join(f"    n += {number % 7}\n" for number in range(20_000))
    many_lines = f"def many_lines():\n    n = 0\n{body}    return n\n"
    gap = "\n" * 70_000
    far_lines = f"{gap}def far_lines():\n    a = spin()\n{gap}    b = spin()\n    return a + b\n"
    wide = " + ".join(["spin(1)"] * 500)
    wide_line = f"def wide_line():\n    return {wide}\n"
    call = ",\n".join(["    spin(1)"] * 300)
    tall_call = f"def tall_call():\n    return max(\n{call}\n    )\n"
    names = ["many_lines", "far_lines", "wide_line", "tall_call"]
    sources = [many_lines, far_lines, wide_line, tall_call]
    return [define(source, f"long/{name}.py", name) for name, source in zip(names, sources)]


# ---- calls in every way: each scenario takes well under a millisecond --------------------------------------------------


def countdown(number):
    return number if number == 0 else countdown(number - 1)


def numbers(count):
    for number in range(count):
        spin(10)
        yield number


def delegating(depth, count):
    if depth == 0:
        yield from numbers(count)
    else:
        yield from delegating(depth - 1, count)


def generators():
    suspended = delegating(3, 5)
    next(suspended)
    total = sum(number for number in delegating(6, 10))
    with contextlib.suppress(ValueError):
        suspended.throw(ValueError())
    return total + sum(map(sum, zip(numbers(5), numbers(5))))


def echo():
    received = None
    while True:
        received = yield received


def sending():
    channel = echo()
    next(channel)
    for number in range(10):
        channel.send(number)
    channel.close()


def by_key(number):
    spin(5)
    return -number


def plus(left, right):
    spin(5)
    return left + right


def callbacks():
    sorted(range(20), key=by_key)
    list(map(by_key, range(20)))
    list(filter(by_key, range(20)))
    functools.reduce(plus, range(20))
    max(range(20), key=by_key)
    list(itertools.starmap(plus, zip(range(5), range(5))))
    collections.defaultdict(spin)["missing"]
    functools.partial(plus, 1)(2)
    next(iter(spin, None))


def shout(match):
    spin(5)
    return match.group().upper()


def substitution():
    return re.sub("[aeiou]", shout, "a sentence with some vowels")


def encode_unknown(value):
    spin(5)
    return str(value)


def serialisation():
    return json.dumps([1j, 2j, {"deep": [3j]}], default=encode_unknown)


class Descriptor:
    def __get__(self, instance, owner):
        return spin(5)

    def __set__(self, instance, value):
        spin(5)


class Base:
    def __init__(self, size):
        self.size = size
        spin(5)

    def method(self):
        return spin(5)


class Everything(Base):
    described = Descriptor()

    def __init__(self, size):
        super().__init__(size)
        self.described = size

    def __del__(self):
        spin(5)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return spin(5)

    def __call__(self):
        return spin(5)

    def __iter__(self):
        return (spin(number) for number in range(3))

    def __eq__(self, other):
        return bool(spin(5))

    def __hash__(self):
        return spin(5)

    def __getitem__(self, index):
        return spin(5)

    def __add__(self, other):
        return spin(5)

    def __len__(self):
        return spin(5)

    def __enter__(self):
        return spin(5)

    def __exit__(self, *error):
        spin(5)

    @property
    def prop(self):
        return spin(5)

    @classmethod
    def made(cls):
        return cls(1)

    @staticmethod
    def static():
        return spin(5)

    def method(self):
        return super().method()

    class Inner:
        def method(self):
            def local():
                return (lambda: spin(5))()

            return local()


def methods():
    one, other = Everything(1), Everything.made()
    one.anything, one.described, one.prop, one.method(), one.static(), one()
    list(one), {one: other}, one[0], one + other, len(one), one == other
    with one:
        spin(5)
    return Everything.Inner().method()


class Meta(type):
    def __new__(mcs, name, bases, namespace):
        spin(5)
        return super().__new__(mcs, name, bases, namespace)

    def __call__(cls, *args):
        spin(5)
        return super().__call__(*args)


def decorated(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)

    return wrapper


@decorated
def wrapped(*numbers, **named):
    return spin(5)


def classes():
    class Local(metaclass=Meta):
        values = [spin(number) for number in range(5)]
        total = spin(20)

        def __init__(self):
            spin(5)

    wrapped(1, 2, three=3)
    return Local()


def comprehensions():
    return (
        [spin(number) for number in range(10)],
        {spin(number) for number in range(10)},
        {number: spin(number) for number in range(10)},
        sum(spin(number) for number in range(10)),
        [[spin(inner) for inner in range(outer)] for outer in range(5)],
        list(map(lambda number: spin(number), range(10))),
    )


def raising(depth):
    try:
        if depth == 0:
            raise ValueError("bottom")
        raising(depth - 1)
    finally:
        spin(5)


def exceptions():
    for _ in range(3):
        try:
            raising(10)
        except ValueError as error:
            spin(len(error.args))
        else:
            raise AssertionError


@contextlib.contextmanager
def managed():
    spin(5)
    yield spin(5)
    spin(5)


def managers():
    with managed(), managed() as _, contextlib.ExitStack() as stack:
        stack.enter_context(managed())
        stack.callback(spin, 5)


EXPRESSION = compile("spin(20)", "<string>", "eval")
STATEMENTS = compile("def made():\n    return spin(20)\nmade()\n", "<string>", "exec")
compiled += [EXPRESSION, STATEMENTS]


def executed():
    eval(EXPRESSION)
    exec(STATEMENTS, {"spin": spin})


@ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)
def from_c(number):
    spin(5)
    return number


def foreign_calls():
    return [from_c(number) for number in range(10)]


class Cycle:
    def __init__(self):
        self.me = self


def on_death(reference):
    spin(5)


def garbage():
    victim = Cycle()
    reference = weakref.ref(victim, on_death)
    del victim
    gc.collect(0)
    return reference


def naps():
    time.sleep(NAP)


SCENARIOS = [
    generators,
    sending,
    callbacks,
    substitution,
    serialisation,
    methods,
    classes,
    comprehensions,
    exceptions,
    managers,
    executed,
    foreign_calls,
    garbage,
    naps,
]


# ---- threads -----------------------------------------------------------------------------------------------------------


def deep(ready_to_go, depth):
    """Goes down until there are `depth` frames of it, and stays there."""
    if depth > 1:
        return deep(ready_to_go, depth - 1)
    ready_to_go.set()
    while not stopping.is_set():
        spin(20_000)
        stopping.wait(NAP)


async def leaf_coroutine():
    spin(50)
    await asyncio.sleep(NAP / 4)
    return spin(50)


async def chain(depth):
    return await (chain(depth - 1) if depth > 0 else leaf_coroutine())


async def numbers_async(count):
    for number in range(count):
        await asyncio.sleep(0)
        yield spin(number)


async def comprehending():
    return [number async for number in numbers_async(10)]


async def events():
    while not stopping.is_set():
        await asyncio.gather(chain(5), chain(10), comprehending())


def busy(scenarios):
    for scenario in itertools.cycle(scenarios):
        if stopping.is_set():
            return
        scenario()


def fail(problem):
    """A scenario that does not work is a defect of this program: end at once, so that the test sees it."""
    sys.__excepthook__(problem.exc_type, problem.exc_value, problem.exc_traceback)
    os._exit(1)


def start(name, target, *args):
    thread = threading.Thread(name=name, target=target, args=args, daemon=True)
    thread.start()
    return thread


def start_deep():
    sys.setrecursionlimit(DEPTH + 1000)
    arrived = threading.Event()
    previous = threading.stack_size(STACK_BYTES)
    thread = start("deep", deep, arrived, DEPTH)
    threading.stack_size(previous)
    arrived.wait()
    return thread


# ---- the truth ---------------------------------------------------------------------------------------------------------


def text(string):
    return re.sub("[\ud800-\udfff]", "\ufffd", string)


def scope_of(code):
    return text(getattr(code, "co_qualname", code.co_name))


def watch(seen):
    """Keys are identities: hashing a code object takes long, and equal ones may differ in their file names."""
    while not stopping.wait(0.005):
        for frame in sys._current_frames().values():
            for _ in range(WATCHED_FRAMES):
                if frame is None:
                    break
                seen[id(frame.f_code), frame.f_lineno] = frame.f_code
                frame = frame.f_back


def described_frames(seen):
    return sorted([text(code.co_filename), scope_of(code), line or 0] for (_, line), code in seen.items())


def roots():
    """Code objects from which all others can be reached."""
    yield from compiled
    yield MODULE_CODE
    for name, module in list(sys.modules.items()):
        loader = getattr(getattr(module, "__spec__", None), "loader", None)
        with contextlib.suppress(Exception):
            yield loader.get_code(name)
    for thing in gc.get_objects():  # functions that a module compiled for itself, as namedtuple() does
        if isinstance(thing, types.FunctionType):
            yield thing.__code__


def all_code():
    found, queue = {}, list(roots())
    while queue:
        code = queue.pop()
        if isinstance(code, types.CodeType) and id(code) not in found:
            found[id(code)] = code
            queue += code.co_consts
    return found.values()


def lines_of(code):
    if hasattr(code, "co_lines"):
        lines = {line for _, _, line in code.co_lines()}
    else:
        lines = {line for _, line in dis.findlinestarts(code)}
    return {0 if line is None else line for line in lines} | {code.co_firstlineno}


def ranges(lines):
    result = []
    for line in sorted(lines):
        if result and result[-1][1] == line - 1:
            result[-1][1] = line
        else:
            result.append([line, line])
    return result


def described_code():
    lines = collections.defaultdict(lambda: collections.defaultdict(set))
    for code in all_code():
        lines[text(code.co_filename)][scope_of(code)] |= lines_of(code)
    return {file: {scope: ranges(found) for scope, found in scopes.items()} for file, scopes in lines.items()}


# ---- the program -------------------------------------------------------------------------------------------------------


def main(seconds, truth_file=None):
    lifetime = Lifetime(seconds)
    threading.excepthook = fail
    sys.setswitchinterval(0.0002)
    seen = {}
    threads = [start_deep()]
    odd_ones = strangers() + long_functions()
    threads.append(start("busy 1", busy, SCENARIOS))
    threads.append(start("busy 2", busy, odd_ones + [functools.partial(countdown, 50), naps]))
    threads.append(start("événements", lambda: asyncio.run(events())))
    threads.append(start("sleeper", stopping.wait))
    threads.append(start("watcher", watch, seen))
    names = {thread.name: thread.native_id for thread in [threading.main_thread(), *threads]}
    ready(file=MODULE_CODE.co_filename, version=sys.version.split()[0], threads=names, deep=DEPTH)
    lifetime.wait()
    stopping.set()
    for thread in threads:
        thread.join()
    truth = {"code": described_code(), "seen": described_frames(seen)}
    if truth_file is not None:
        with open(truth_file, "w", encoding="utf-8") as file:
            json.dump(truth, file)
    done(**truth)


MODULE_CODE = sys._getframe().f_code

if __name__ == "__main__":
    main(*sys.argv[1:])
