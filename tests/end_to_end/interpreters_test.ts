/** Sub-interpreters: each has its own id, threads and functions in the profile, with the common GIL and with its own. */

import assert from "node:assert/strict";
import { austin } from "../support/austin.ts";
import { type CollapsedSample, parseCollapsed } from "../support/collapsed.ts";
import { testEachPython } from "../support/each_python.ts";
import { startTarget } from "../support/target.ts";

/** A function of a sub-interpreter's own. */
const OWN = /^(busy|idle|pair|partner)_(\d+)$/;

/** What the target says. */
interface InterpreterFacts {
  /** The kernel's thread ids by name; "idle 3" runs interpreter number 3. */
  readonly threads: Readonly<Record<string, number>>;
  /** Interpreter ids by number. */
  readonly ids: Readonly<Record<string, number>>;
}

testEachPython(
  "austin samples every thread of every interpreter",
  async (python) => {
    const counts = [2, 1, 2];
    await using target = await startTarget(python, "interpreters.py", [
      30,
      ...counts,
    ]);
    const { threads, ids } = target.facts as unknown as InterpreterFacts;
    const words = ["-i5ms", "-x1", "-p", `${target.pid}`];
    const { code, stdout, stderr } = await austin(words);
    assert.equal(code, 0, stderr);
    const { samples } = parseCollapsed(stdout);
    const seen = new Set(samples.map(({ iid }) => iid));
    const expected = [0, ...Object.values(ids)];
    assert.deepEqual([...seen].sort(), expected.sort());
    const main = samples.filter(({ iid }) => iid === 0);
    assert.deepEqual(tidsOf(main), new Set(Object.values(threads)));
    assert.deepEqual(ownFunctions(main), new Set());
    for (const [name, tid] of Object.entries(threads)) {
      const [kind = "", number = ""] = name.split(" ");
      if (number === "" || kind === "MainThread") continue;
      const own = samples.filter(({ iid }) => iid === ids[number]);
      checkInterpreter(own, { kind, number, tid });
    }
    await target.finish();
  },
);

/** One sub-interpreter. */
interface Expected {
  readonly kind: string;
  readonly number: string;
  /** Of the thread that runs it. */
  readonly tid: number;
}

function checkInterpreter(
  samples: readonly CollapsedSample[],
  { kind, number, tid }: Expected,
): void {
  const runner = samples.filter((sample) => sample.tid === tid);
  assert.deepEqual(ownFunctions(runner), new Set([`${kind}_${number}`]));
  const others = samples.filter((sample) => sample.tid !== tid);
  const partners = kind === "pair" ? [`partner_${number}`] : [];
  assert.deepEqual(ownFunctions(others), new Set(partners));
  assert.equal(tidsOf(others).size, partners.length);
}

function tidsOf(samples: readonly CollapsedSample[]): Set<number> {
  return new Set(samples.map(({ tid }) => tid));
}

function ownFunctions(samples: readonly CollapsedSample[]): Set<string> {
  const scopes = samples.flatMap(({ stack }) =>
    stack.frames.map(({ scope }) => scope)
  );
  return new Set(scopes.filter((scope) => OWN.test(scope)));
}
