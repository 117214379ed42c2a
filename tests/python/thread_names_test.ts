import assert from "node:assert/strict";
import { openShim } from "../../ffi/shim.ts";
import { linuxProcess } from "../../src/process/linux_process.ts";
import { threadIds } from "../../src/process/linux_threads.ts";
import { findRuntime } from "../../src/python/find_runtime.ts";
import {
  readThreadNames,
  type ThreadNames,
} from "../../src/python/thread_names.ts";
import { testEachPython } from "../support/each_python.ts";
import { inFolder } from "../support/folder.ts";
import { startTarget } from "../support/target.ts";

const shim = openShim();

function namesOf(pid: number): ThreadNames {
  return readThreadNames({
    memory: shim.memoryOf(pid),
    runtime: findRuntime(linuxProcess(pid), shim.memoryOf(pid)),
    listThreads: () => threadIds(pid),
  });
}

testEachPython(
  "readThreadNames() finds the names of busy and of idle threads",
  async (python) => {
    await using target = await startTarget(python, "threads.py", [20, 1, 3]);
    const names = namesOf(target.pid);
    const expected: Record<string, number> = target.facts.threads;
    const found = Object.values(expected).map((tid) => [names.of(0, tid), tid]);
    assert.deepEqual(Object.fromEntries(found), expected);
  },
);

testEachPython(
  "readThreadNames() finds names wherever a thread keeps them",
  async (python) => {
    await using target = await startTarget(python, "thread_names.py", [20]);
    const { names: expected, nameless } = target.facts;
    const names = namesOf(target.pid);
    const found = Object.keys(expected).map((tid) => [
      tid,
      names.of(0, Number(tid)),
    ]);
    assert.deepEqual(Object.fromEntries(found), expected);
    for (const tid of nameless) assert.equal(names.of(0, tid), null);
  },
);

testEachPython(
  "readThreadNames() knows the thread of a forked process",
  async (python) => {
    await using target = await startTarget(python, "thread_names.py", [20]);
    const { forked } = target.facts;
    assert.equal(namesOf(forked).of(0, forked), "forking");
  },
);

testEachPython(
  "readThreadNames() knows threads that run another interpreter",
  async (python) => {
    await using target = await startTarget(python, "interpreters.py", [
      20,
      1,
      1,
    ]);
    const names = namesOf(target.pid);
    const expected: Record<string, number> = target.facts.threads;
    for (const [name, tid] of Object.entries(expected)) {
      assert.equal(names.of(0, tid), name);
      // A version whose sub-interpreters load threading has them name it too.
      const others = [1, 2].map((iid) => names.of(iid, tid));
      for (const other of others) {
        assert.match(other!, RegExp(`^${name}$|^MainThread$`));
      }
    }
  },
);

/** Imports nothing that would load `threading`. */
const PLAIN = `import sys
assert "threading" not in sys.modules
print("ready {}", flush=True)
sys.stdin.read()
`;

testEachPython(
  "readThreadNames() knows nothing where nobody has loaded threading",
  (python) =>
    inFolder(async (folder) => {
      await Deno.writeTextFile(`${folder}/plain.py`, PLAIN);
      await using target = await startTarget(python, `${folder}/plain.py`, [], {
        pythonArgs: ["-S", "-E", "-B"],
      });
      assert.equal(namesOf(target.pid).of(0, target.pid), null);
    }),
);
