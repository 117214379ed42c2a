"""churn.py SECONDS [KIND] [CALL_NS]: does nothing but call short functions, in a call graph that can be checked.

Every line of the program that makes a call has exactly one possible callee, and no two functions share a line. A sampled
stack in which a line is followed by a frame that is not its callee is one that the program never had. KIND says which
kinds of call take part:

    plain       from Python to Python (the default)
    recursion   functions that call themselves before they do anything else
    generators  generators in loops, behind `yield from` and drained by C; coroutines that are awaited or sent to
    callbacks   through C: `sorted(key=)`, `map`, `__getattr__`, properties, descriptors, `__init__`; and methods
    exceptions  that unwind several frames
    deep        plain calls around the places where one chunk of the data stack ends and the next begins
    threads     plain calls in four threads that take turns
    mixed       all of those kinds of call

A function lasts 100 to 200 ns, or CALL_NS if that is given. The graph is the facts of the ready line:

    file       the file name of the generated functions
    functions  [[first line, last line, scope], ...]
    calls      {line: callee's first line}
    entry      first line of the function that the program enters by
"""

import random
import sys
import threading
import time

from lifetime import Lifetime, ready

LAYERS = 8
WIDTH = 30
CALLS = 3

PLAIN = "def {name}(_=None):\n{body}    return 1\n"
GENERATOR = "def {name}():\n{body}    yield 1\n    yield 2\n"
DEFINITIONS = {
    "plain": PLAIN,
    "recursive": "def {name}(n=3):\n    if n: return {name}(n - 1)\n{body}    return 1\n",
    "mapped": PLAIN,
    "key": PLAIN,
    "method": "class {name}:\n    def call(self):\n{body}        return 1\n",
    "init": "class {name}:\n    def __init__(self):\n{body}        self.one = 1\n",
    "getattr": "class {name}:\n    def __getattr__(self, _):\n{body}        return 1\n",
    "property": "class {name}:\n    def one(self):\n{body}        return 1\n    one = property(one)\n",
    "descriptor": "class {name}:\n    def __get__(self, _, __):\n{body}        return 1\n",
    "generator": GENERATOR,
    "delegate": GENERATOR,
    "summed": GENERATOR,
    "coroutine": "async def {name}():\n{body}    return 1\n",
    "raising": "def {name}(n=3):\n    if n: return {name}(n - 1)\n{body}    raise LookupError\n",
}
CALL = {
    "plain": ["{name}()"],
    "recursive": ["{name}()"],
    "mapped": ["max(map({name}, ONE))"],
    "key": ["sorted(ONE, key={name})"],
    "method": ["{name}().call()"],
    "init": ["{name}()"],
    "getattr": ["{name}.instance.one"],
    "property": ["{name}.instance.one"],
    "descriptor": ["{name}.holder.one"],
    "generator": ["for _ in {name}(): pass"],
    "delegate": ["for _ in {name}(): pass"],
    "summed": ["sum({name}())"],
    "coroutine": ["try: {name}().send(None)", "except StopIteration: pass"],
    "raising": ["try: {name}()", "except LookupError: pass"],
}
CALL_INSIDE = {
    ("coroutine", "coroutine"): ["await {name}()"],
    ("delegate", "delegate"): ["yield from {name}()"],
    ("generator", "delegate"): ["yield from {name}()"],
    ("summed", "delegate"): ["yield from {name}()"],
}
METHODS = {"method": "call", "init": "__init__", "getattr": "__getattr__", "property": "one", "descriptor": "__get__"}
SET_UP = {
    "getattr": "{name}.instance = {name}()",
    "property": "{name}.instance = {name}()",
    "descriptor": "{name}.holder = type('holder', (), {{'one': {name}()}})",
}
KINDS = {
    "plain": ["plain"],
    "recursion": ["recursive"],
    "generators": ["generator", "delegate", "summed", "coroutine", "coroutine"],
    "callbacks": ["mapped", "key", "method", "init", "getattr", "property", "descriptor"],
    "exceptions": ["raising", "plain"],
    "deep": ["plain"],
    "threads": ["plain"],
    "mixed": list(DEFINITIONS),
}
THREADS = 4
SWITCH_SECONDS = 0.0005
# A chunk has 16 KiB and a frame of descend() some 112 bytes.
DEPTHS = [*range(120, 150), *range(265, 295)]


class Graph:
    """Writes the source from the leaves up, so that callees are known, and keeps the books on it."""

    def __init__(self, kinds, filename, is_slow):
        self.file = filename
        self.functions = []
        self.calls = {}
        self._source = []
        self._kinds = kinds
        self._is_slow = is_slow
        self._first_lines = {}
        self._random = random.Random(1)
        for layer in reversed(range(LAYERS)):
            for index in range(1 if layer == 0 else WIDTH):
                self._add(layer, index)
        self.entry = self._add_descent()

    def source(self):
        return "\n".join(self._source) + "\n"

    def facts(self):
        return {"file": self.file, "functions": self.functions, "calls": self.calls, "entry": self.entry}

    def _add(self, layer, index):
        name, kind = f"f{layer}_{index}", self._kind(layer, index)
        before, after = DEFINITIONS[kind].format(name=name, body="\0").split("\0")
        indent = "        " if kind in METHODS else "    "
        start = len(self._source)
        self._source += before.splitlines()
        first = start + (2 if kind in METHODS else 1)
        self._first_lines[name] = first
        if "{name}(n - 1)" in DEFINITIONS[kind]:
            self.calls[len(self._source)] = first
        if self._is_slow:
            self._source.append(indent + "for _ in SPIN: pass")
        for _ in range(CALLS if layer < LAYERS - 1 else 0):
            self._call(kind, layer + 1, self._random.randrange(WIDTH), indent)
        self._source += after.splitlines()
        self.functions.append([first, len(self._source), scope_of(name, kind)])
        if kind in SET_UP:
            self._source.append(SET_UP[kind].format(name=name))

    def _call(self, caller_kind, layer, index, indent):
        name, kind = f"f{layer}_{index}", self._kind(layer, index)
        self.calls[len(self._source) + 1] = self._first_lines[name]
        lines = CALL_INSIDE.get((caller_kind, kind), CALL[kind])
        self._source += [indent + line.format(name=name) for line in lines]

    def _kind(self, layer, index):
        return "plain" if layer == 0 else self._kinds[index % len(self._kinds)]

    def _add_descent(self):
        first = len(self._source) + 1
        self._source += ["def descend(n):", "    if n: return descend(n - 1)", "    f0_0()"]
        self.calls[first + 1] = first
        self.calls[first + 2] = self._first_lines["f0_0"]
        self.functions.append([first, first + 2, "descend"])
        return first


def scope_of(name, kind):
    method = METHODS.get(kind)
    if method is None:
        return name
    return f"{name}.{method}" if sys.version_info >= (3, 11) else method


def spin_for(call_ns):
    """Returns what to loop over to take that long, about."""
    rounds, best = 1000, float("inf")
    for _ in range(50):
        start = time.perf_counter()
        for _ in range(rounds):
            pass
        best = min(best, time.perf_counter() - start)
    return range(int(call_ns * 1e-9 / best * rounds) + 1)


def churn(enter, depths, lifetime):
    while not lifetime.over():
        for depth in depths:
            enter(depth)


def main(seconds, kind="plain", call_ns="0"):
    graph = Graph(KINDS[kind], f"{kind}_churn.py", int(call_ns) > 0)
    namespace = {"ONE": [1], "SPIN": spin_for(int(call_ns))}
    exec(compile(graph.source(), graph.file, "exec"), namespace)
    enter = namespace["descend"]
    depths = DEPTHS if kind == "deep" else [0] * 10
    lifetime = Lifetime(seconds)
    if kind == "threads":
        sys.setswitchinterval(SWITCH_SECONDS)
        for _ in range(THREADS - 1):
            threading.Thread(target=churn, args=(enter, depths, lifetime), daemon=True).start()
    ready(**graph.facts())
    churn(enter, depths, lifetime)


main(*sys.argv[1:])
