"""image.py: threads that stand still at known places, for scripts/record_image.ts. They do so until the program is killed.

The line that it prints says where each thread is: {"threads": [{"tid", "iid", "stack"}, …]}, a stack being [[file, scope,
line], …] from the leaf. Every thread stops in a line that first tells where it is and then blocks, in C, so what it told stays
true. No frame is in a module of the standard library, so that no file name depends on the machine.
"""

import _thread
import json
import posix
import sys

try:
    import _interpreters as interpreters  # 3.13 on
except ImportError:
    import _xxsubinterpreters as interpreters

told = {}  # by what _thread.get_ident() gives
gate = _thread.allocate_lock()
gate.acquire()


def scope_of(code):
    return getattr(code, "co_qualname", code.co_name)


def stack_of(frame):
    stack = []
    while frame is not None:
        stack.append([frame.f_code.co_filename, scope_of(frame.f_code), frame.f_lineno])
        frame = frame.f_back
    return stack


def tell():
    stack = stack_of(sys._getframe(1))
    told[_thread.get_ident()] = {"tid": _thread.get_native_id(), "iid": 0, "stack": stack}


# ---- ways to stand still -----------------------------------------------------------------------------------------------


def plain():
    tell(), gate.acquire()


def deep(depth):
    if depth > 1:
        return deep(depth - 1)
    tell(), gate.acquire()


def recursion():
    deep(200)


def numbers():
    yield 1
    tell(), gate.acquire()


def delegating():
    yield from numbers()


def generator():
    for _ in delegating():
        pass


def key(_):
    tell(), gate.acquire()
    return 0


def callback():
    sorted([1], key=key)


class Coroutine:
    async def leaf(self):
        tell(), gate.acquire()

    async def chain(self, depth):
        await (self.chain(depth - 1) if depth > 0 else self.leaf())

    def __call__(self):
        return self.chain(3).send(None)


def comprehension():
    return [(tell(), gate.acquire()) for _ in range(1)]


class Meta(type):
    def __call__(cls):
        tell(), gate.acquire()


class Made(metaclass=Meta):
    pass


def define(source, file, name):
    namespace = {"tell": tell, "gate": gate}
    exec(compile(source, file, "exec"), namespace)
    return namespace[name]


def named(name, file):
    return define(f"def {name}():\n\n    tell(), gate.acquire()\n", file, name)


def renamed(name, file):
    """A function with a name that no compiler would allow."""
    qualified = {"co_qualname": name} if hasattr(plain.__code__, "co_qualname") else {}
    code = plain.__code__.replace(co_name=name, co_filename=file, **qualified)
    return type(plain)(code, globals())


def far():
    gap = "\n" * 70_000
    source = f"def far():\n    a = 1\n{gap}    tell(), gate.acquire()\n{gap}    return a\n"
    return define(source, "far.py", "far")


def names():
    """One function calls the next: names of every kind of string, the last is the leaf."""
    last = renamed("alone\ud800", "bad\udce9.py")
    for name, file in [("夏𠀀", "ucs4-𠀀.py"), ("Жар日本", "ucs2-Ж日.py"), ("été", "latin-é.py")]:
        last = define(f"def {name}(last=None):\n    return last()\n", file, name).__get__(last)
    return last


SUB = """
import posix, sys, _thread
def stack_of(frame):
    stack = []
    while frame is not None:
        code = frame.f_code
        stack.append([code.co_filename, getattr(code, "co_qualname", code.co_name), frame.f_lineno])
        frame = frame.f_back
    return stack
def told():
    thread = {"tid": _thread.get_native_id(), "iid": IID, "stack": stack_of(sys._getframe(1))}
    return repr(thread).encode()
def wait():
    posix.write(READY, told()), posix.read(STOP, 1)
wait()
"""

ready_reader, ready_writer = posix.pipe()
stop_reader, stop_writer = posix.pipe()


def sub_interpreter():
    interpreter = interpreters.create()
    values = {"IID": int(interpreter), "READY": ready_writer, "STOP": stop_reader}
    source = SUB
    for name, value in values.items():
        source = source.replace(name, str(value))
    script = f"exec(compile({source!r}, 'sub.py', 'exec'))"
    tell(), interpreters.run_string(interpreter, script)


# ---- the program -------------------------------------------------------------------------------------------------------


def start(function):
    """Starts a thread and returns once it stands still."""
    ident = _thread.start_new_thread(function, ())
    while True:
        frame = sys._current_frames().get(ident)
        if ident in told and frame is not None and stack_of(frame) == told[ident]["stack"]:
            return
        posix.sched_yield()


def announce():
    told[_thread.get_ident()] = {"tid": _thread.get_native_id(), "iid": 0, "stack": stack_of(sys._getframe(1))}
    threads = [*told.values(), sub]
    return f"ready {json.dumps({'threads': threads})}\n".encode()


sub = None


def main():
    global sub
    functions = [plain, recursion, generator, callback, Coroutine(), comprehension, Made, far(), names()]
    for function in functions:
        start(function)
    _thread.start_new_thread(sub_interpreter, ())
    sub = eval(posix.read(ready_reader, 65536))
    posix.write(1, announce()), posix.read(0, 1)


main()
