"""interpreters.py SECONDS N_BUSY N_IDLE [N_PAIR]: sub-interpreters, each run by a thread of its own; the main one waits.

The thread "busy 2" runs interpreter number 2, which is in busy_2() of the file "interpreter_2.py"; the idle ones come after
the busy ones and are in idle_3() and so on. Last come those with a second thread: it is in partner_4() while the first waits
in pair_4(). Below that is what the version's module for interpreters puts there. From 3.12 on each has a GIL of its own. The
facts say which id each number has.
"""

import functools
import os
import sys
import threading

from lifetime import Lifetime, ready

SOURCE = """
import os
import select

def busy_{number}():
    total = 0
    while not select.select([{stop}], [], [], {pause})[0]:
        for number in range(10_000):
            total += number

def idle_{number}():
    select.select([{stop}], [], [])

def partner_{number}():
    select.select([{stop}], [], [])

def pair_{number}():
    import threading
    thread = threading.Thread(target=partner_{number})
    thread.start()
    thread.join()

os.write({ready}, b".")
{kind}_{number}()
"""


# Up to 3.11 a thread cannot ask one of another interpreter for the GIL that they share: it has to be left to it.
PAUSE = 0 if sys.version_info >= (3, 12) else 0.001


def run_3_8(script, note):
    import _xxsubinterpreters as interpreters

    # In 3.9 to 3.11 one that is isolated has the common GIL all the same, but no threads.
    options = {"isolated": False} if (3, 9) <= sys.version_info < (3, 12) else {}
    interpreter = interpreters.create(**options)
    note(int(interpreter))
    interpreters.run_string(interpreter, script)
    interpreters.destroy(interpreter)


def run_3_13(script, note):
    import _interpreters as interpreters

    interpreter = interpreters.create()
    note(interpreter)
    problem = interpreters.exec(interpreter, script)
    interpreters.destroy(interpreter)
    if problem is not None:
        raise RuntimeError(problem.errdisplay)


def run_3_14(script, note):
    from concurrent import interpreters

    interpreter = interpreters.create()
    note(interpreter.id)
    interpreter.exec(script)
    interpreter.close()


def run(number, kind, stop, ready, ids):
    source = SOURCE.format(number=number, kind=kind, stop=stop, pause=PAUSE, ready=ready)
    script = f"exec(compile({source!r}, 'interpreter_{number}.py', 'exec'))"
    note = functools.partial(ids.__setitem__, number)
    if sys.version_info >= (3, 14):
        run_3_14(script, note)
    elif sys.version_info >= (3, 13):
        run_3_13(script, note)
    else:
        run_3_8(script, note)


def fail(problem):
    sys.__excepthook__(problem.exc_type, problem.exc_value, problem.exc_traceback)
    os._exit(1)


def main(seconds, busy_count, idle_count, pair_count=0):
    lifetime = Lifetime(seconds)
    threading.excepthook = fail
    stop_reader, stop_writer = os.pipe()
    ready_reader, ready_writer = os.pipe()
    kinds = ["busy"] * int(busy_count) + ["idle"] * int(idle_count) + ["pair"] * int(pair_count)
    threads, ids = [], {}
    for number, kind in enumerate(kinds, 1):
        args = number, kind, stop_reader, ready_writer, ids
        threads.append(threading.Thread(name=f"{kind} {number}", target=run, args=args))
        threads[-1].start()
        os.read(ready_reader, 1)
    names = {thread.name: thread.native_id for thread in [threading.main_thread(), *threads]}
    ready(file=__file__, threads=names, ids=ids)
    lifetime.wait()
    os.close(stop_writer)
    for thread in threads:
        thread.join()


main(*sys.argv[1:])
