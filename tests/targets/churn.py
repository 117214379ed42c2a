"""churn.py SECONDS [plain | mixed] [GRAPH]: does nothing but call very short functions, in a call graph that can be checked.

Every line of the program that makes a call has exactly one possible callee, and no two functions share a line. A sampled
stack in which a line is followed by a frame that is not its callee is one that the program never had. `plain` (the default)
makes only calls from Python to Python; in `mixed` every kind of call takes part: through C, methods, __init__, generators,
exceptions.

The graph is among the facts of the ready line, and is written to the file GRAPH if one is given:

    file       the file name of the generated functions
    functions  [[first line, last line, scope], ...]
    calls      {line: callee's first line}
    entry      first line of the function that the program enters by
"""

import json
import random
import sys

from lifetime import Lifetime, ready

LAYERS = 8
WIDTH = 30
CALLS = 3

PLAIN = "def {name}(_=None):\n{body}    return 1\n"
DEFINITIONS = {
    "plain": PLAIN,
    "mapped": PLAIN,
    "method": "class {name}:\n    def call(self):\n{body}        return 1\n",
    "init": "class {name}:\n    def __init__(self):\n{body}        self.one = 1\n",
    "generator": "def {name}():\n{body}    yield 1\n    yield 2\n",
    "raising": "def {name}():\n{body}    raise LookupError\n",
}
CALL = {
    "plain": ["{name}()"],
    "mapped": ["max(map({name}, ONE))"],
    "method": ["{name}().call()"],
    "init": ["{name}()"],
    "generator": ["for _ in {name}(): pass"],
    "raising": ["try: {name}()", "except LookupError: pass"],
}
SCOPES = {"method": "{name}.call", "init": "{name}.__init__"}
NAMES = {"method": "call", "init": "__init__"}


class Graph:
    """Writes the source from the leaves up, so that callees are known, and keeps the books on it."""

    def __init__(self, kinds, filename):
        self.file = filename
        self.functions = []
        self.calls = {}
        self._source = []
        self._kinds = kinds
        self._first_lines = {}
        self._random = random.Random(1)
        for layer in reversed(range(LAYERS)):
            for index in range(1 if layer == 0 else WIDTH):
                self._add(layer, index)
        self.entry = self._first_lines["f0_0"]

    def source(self):
        return "\n".join(self._source) + "\n"

    def facts(self):
        return {"file": self.file, "functions": self.functions, "calls": self.calls, "entry": self.entry}

    def _add(self, layer, index):
        name, kind = f"f{layer}_{index}", self._kind(layer, index)
        before, after = DEFINITIONS[kind].format(name=name, body="\0").split("\0")
        indent = "        " if kind in SCOPES else "    "
        self._source += before.splitlines()
        first = len(self._source)
        self._first_lines[name] = first
        for _ in range(CALLS if layer < LAYERS - 1 else 0):
            self._call(layer + 1, self._random.randrange(WIDTH), indent)
        self._source += after.splitlines()
        self.functions.append([first, len(self._source), scope_of(name, kind)])

    def _call(self, layer, index, indent):
        name = f"f{layer}_{index}"
        self.calls[len(self._source) + 1] = self._first_lines[name]
        self._source += [indent + line.format(name=name) for line in CALL[self._kind(layer, index)]]

    def _kind(self, layer, index):
        return "plain" if layer == 0 else self._kinds[index % len(self._kinds)]


def scope_of(name, kind):
    if sys.version_info >= (3, 11):
        return SCOPES.get(kind, "{name}").format(name=name)
    return NAMES.get(kind, name)


def churn(entry, lifetime):
    while not lifetime.over():
        for _ in range(10):
            entry()


def main(seconds, how="plain", graph_file=None):
    graph = Graph(["plain"] if how == "plain" else list(DEFINITIONS), f"{how}_churn.py")
    namespace = {"ONE": [1]}
    exec(compile(graph.source(), graph.file, "exec"), namespace)
    if graph_file is not None:
        with open(graph_file, "w", encoding="utf-8") as file:
            json.dump(graph.facts(), file)
    lifetime = Lifetime(seconds)
    ready(**graph.facts())
    churn(namespace["f0_0"], lifetime)


main(*sys.argv[1:])
