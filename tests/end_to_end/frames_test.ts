/**
 * The frames that austin names are those that the program has: every kind of
 * frame, on every CPython, held against the program's own account.
 */

import assert from "node:assert/strict";
import { type RunningAustin, startAustin } from "../support/austin.ts";
import type { NamedFrame } from "../support/call_graph.ts";
import {
  CollapsedParser,
  type CollapsedSample,
  type CollapsedStack,
} from "../support/collapsed.ts";
import { testEachPython } from "../support/each_python.ts";
import { startTarget, type Target } from "../support/target.ts";

/** Of a hundred stacks, how many may be invalid, and how many of the deep ones have to be whole. */
const MARGINS = { invalid: 0.5, whole: 99.5 };

/** Code objects of these have no qualified names. */
const UNQUALIFIED_VERSIONS: readonly string[] = ["3.8", "3.9", "3.10"];

/** Of a hundred stacks of a program that is nearly always in one place, how many have to show it. */
const MIN_RIGHT_PERCENT = 97;

/** By how many points a function's share of the time may be off. */
const SHARE_MARGIN = 3;

/** Lines that a code object has, as `everything.py` tells them. */
type LineRanges = readonly (readonly [first: number, last: number])[];

testEachPython("austin names only frames that can be", async (python) => {
  await using target = await startTarget(python, "everything.py", ["30"]);
  const samples = await sample(target, ["-i", "5ms", "-x", "2"]);
  const truth = await target.finish();
  const facts = target.facts as {
    threads: Record<string, number>;
    deep: number;
  };
  assert.deepEqual(impossibleFrames(samples, truth.code), []);
  const invalid = percentage(samples, ({ stack }) => stack.isInvalid);
  assert.ok(invalid < MARGINS.invalid, `${invalid} % of stacks are invalid`);
  const tids = new Set(samples.map(({ tid }) => tid));
  const unseen = Object.entries(facts.threads)
    .filter(([, tid]) => !tids.has(tid));
  assert.deepEqual(unseen, []);
  const whole = percentage(
    samples.filter(({ tid }) => tid === facts.threads.deep),
    ({ stack }) => countOfDeep(stack) === facts.deep,
  );
  assert.ok(whole >= MARGINS.whole, `${whole} % of deep stacks are whole`);
});

testEachPython(
  "austin names files and functions as they are",
  async (python) => {
    await using target = await startTarget(python, "names.py", ["30"]);
    const samples = await sample(target, ["-i", "10ms", "-x", "1"]);
    const found = samples.map(({ tid, stack }) => {
      const frame = stack.frames.find(({ line, file }) =>
        line === 2 && !file.endsWith("threading.py")
      );
      return `${tid} ${frame?.file} ${frame?.scope}`;
    });
    const { names } = target.facts as { names: [number, string, string][] };
    const expected = names.map(([tid, file, name]) =>
      `${tid} ${escaped(file)} ${escaped(name)}`
    );
    const missing = expected.filter((line) => !found.includes(line));
    assert.deepEqual(missing, []);
  },
);

testEachPython("austin sees what constructors do", async (python) => {
  await using target = await startTarget(python, "constructors.py", ["30"]);
  const samples = await sample(target, ["-i", "5ms", "-x", "1"]);
  const hasQualifiedNames = !UNQUALIFIED_VERSIONS.includes(python.version);
  const init = hasQualifiedNames ? "Thing.__init__" : "__init__";
  const expected = ["<module>", "make", init, "work"].join();
  const right = percentage(
    samples,
    ({ stack }) => stack.frames.map(({ scope }) => scope).join() === expected,
  );
  assert.ok(right > MIN_RIGHT_PERCENT, `${right} % of stacks are right`);
});

for (const depth of [9, 60]) {
  testEachPython(
    `austin shares out the time as it was spent, ${depth} frames deep,`,
    async (python) => {
      // <module>, rounds() and the leaf are there as well.
      await using target = await startTarget(python, "split.py", [
        "30",
        depth - 4,
      ]);
      const samples = await sample(target, ["-i", "1ms", "-x", "3"]);
      const { wall } = await target.finish();
      const found = timePerLeaf(samples, Object.keys(wall));
      for (const [name, share] of Object.entries(sharesOf(wall))) {
        const error = 100 * (sharesOf(found)[name]! - share);
        assert.ok(
          Math.abs(error) < SHARE_MARGIN,
          `${name} is off by ${error.toFixed(2)} points`,
        );
      }
    },
  );
}

/** Samples a running target. @returns what it printed, which has to be well-formed. */
async function sample(
  target: Target,
  args: readonly string[],
): Promise<readonly CollapsedSample[]> {
  const parser = new CollapsedParser();
  await using run: RunningAustin = startAustin(
    [...args, "-p", String(target.pid)],
    { onLine: (line) => parser.line(line) },
  );
  const { code, stderr } = await run.ended;
  assert.equal(code, 0, stderr);
  return parser.end().samples;
}

function impossibleFrames(
  samples: readonly CollapsedSample[],
  code: Record<string, Record<string, LineRanges>>,
): NamedFrame[] {
  const ranges = new Map<string, LineRanges>();
  for (const [file, scopes] of Object.entries(code)) {
    for (const [scope, lines] of Object.entries(scopes)) {
      ranges.set(`${escaped(file)}:${escaped(scope)}`, lines);
    }
  }
  return framesOf(samples).filter(({ file, scope, line }) =>
    !ranges.get(`${file}:${scope}`)
      ?.some(([first, last]) => first <= line && line <= last)
  );
}

/** Every frame of the samples once. */
function framesOf(samples: readonly CollapsedSample[]): NamedFrame[] {
  const frames = new Map<string, NamedFrame>();
  for (const stack of new Set(samples.map(({ stack }) => stack))) {
    for (const frame of stack.frames) {
      frames.set(`${frame.file}:${frame.scope}:${frame.line}`, frame);
    }
  }
  return [...frames.values()];
}

/** How a name is written: nothing in it can break a line, a frame or a terminal. */
function escaped(name: string): string {
  // deno-lint-ignore no-control-regex
  return name.replace(/[\u0000-\u001f\u007f-\u009f;]/g, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\x${code < 16 ? "0" : ""}${code.toString(16)}`;
  });
}

function countOfDeep({ frames }: CollapsedStack): number {
  return frames.filter(({ scope }) => scope === "deep").length;
}

function percentage<T>(
  things: readonly T[],
  holds: (thing: T) => boolean,
): number {
  return 100 * things.filter(holds).length / things.length;
}

function timePerLeaf(
  samples: readonly CollapsedSample[],
  names: readonly string[],
): Record<string, number> {
  const times = Object.fromEntries(names.map((name) => [name, 0]));
  for (const { stack, metrics } of samples) {
    const name = stack.frames.at(-1)?.scope ?? "";
    if (name in times) times[name]! += metrics[0] ?? 0;
  }
  return times;
}

function sharesOf(times: Record<string, number>): Record<string, number> {
  const total = Object.values(times).reduce((sum, time) => sum + time, 0);
  return Object.fromEntries(
    Object.entries(times).map(([name, time]) => [name, time / total]),
  );
}
