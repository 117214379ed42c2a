/**
 * Every mode in every combination with the format, the way to the process, and
 * `-C`: what must hold of a profile whatever the run. That the numbers are
 * right is the matter of `modes_test.ts`.
 */

import assert from "node:assert/strict";
import type { Version } from "../../scripts/pythons.ts";
import type { Metrics } from "../../src/events/sample.ts";
import { austin, targetCommand } from "../support/austin.ts";
import { parseCollapsed } from "../support/collapsed.ts";
import { testEachPython } from "../support/each_python.ts";
import { inFolder } from "../support/folder.ts";
import {
  type PlainProfile,
  type PlainSample,
  readPlain,
} from "../support/profile.ts";
import { type Facts, startTarget, type Target } from "../support/target.ts";

/** The oldest, one between, the newest. */
const WHOLE: readonly Version[] = ["3.8", "3.11", "3.15"];

/** All others. */
const CORE: readonly Version[] = ["3.9", "3.10", "3.12", "3.13", "3.14"];

const MODES = ["", "-s", "-m", "-f"] as const;
const FORMATS = ["text", "mojo"] as const;

const INTERVAL_US = 5_000;

/** Seconds that a command which austin launches takes. */
const LAUNCHED_SEC = "0.4";

/** Runs at a time. They are asleep nearly always, but two CPUs are few. */
const AT_A_TIME = 3;

/**
 * By how much the time of a thread may differ from the duration: a share of
 * it, and two intervals. The duration begins when the first sample's time does
 * and ends up to an interval after the last pass.
 */
const TIME_MARGIN = 0.02;
const TIME_MARGIN_US = 2 * INTERVAL_US;

/** Runs of which one has to be within that margin: a busy machine may hold austin up between the last pass and the end. */
const TIME_RUNS = 3;

/**
 * Share of the stacks that may be incomplete: the target runs on while it is
 * read. Of memory there are 30 stacks in all, most of them while it starts.
 */
const INVALID_SHARE = 0.02;
const INVALID_STACKS = 2;

/** Share of the busy thread's CPU time that threads which wait may have had: they wake up now and then. */
const AWAKE_SHARE = 0.2;

/** One run. */
interface Cell {
  readonly mode: typeof MODES[number];
  readonly gc: boolean;
  readonly format: typeof FORMATS[number];
  readonly children: boolean;
}

/** What a run gave. */
interface Outcome {
  readonly profile: PlainProfile;
  /** What the target said of itself. */
  readonly facts: Facts;
  /** Whether it was sampled from its start on. */
  readonly launched: boolean;
}

const allCells: readonly Cell[] = MODES.flatMap((mode) =>
  [false, true].flatMap((gc) =>
    FORMATS.flatMap((format) =>
      [false, true].map((children) => ({ mode, gc, format, children }))
    )
  )
);

const coreCells: readonly Cell[] = MODES.map((mode) => (
  { mode, gc: false, format: "text", children: false }
));

testEachPython(
  "every mode, format and -C, attached",
  async (python) => {
    await using target = await startTarget(python, "workers.py", [60]);
    await checkEach(allCells, (cell) => attach(cell, target));
  },
  WHOLE,
);

testEachPython("every mode, attached", async (python) => {
  await using target = await startTarget(python, "workers.py", [60]);
  await checkEach(coreCells, (cell) => attach(cell, target));
}, CORE);

testEachPython(
  "every mode, format and -C, launched",
  async (python) => {
    const command = await targetCommand(python, "workers.py", [LAUNCHED_SEC]);
    await checkEach(allCells, (cell) => launch(cell, command));
  },
  WHOLE,
);

async function attach(cell: Cell, target: Target): Promise<Outcome> {
  const words = ["-x1", "-p", String(target.pid)];
  const { profile } = await run(cell, words);
  return { profile, facts: target.facts, launched: false };
}

async function launch(
  cell: Cell,
  command: readonly string[],
): Promise<Outcome> {
  const { profile, stdout } = await run(cell, command);
  const [, json = ""] = /^ready (.+)$/m.exec(stdout) ?? [];
  return { profile, facts: JSON.parse(json), launched: true };
}

/** Runs austin to its end. @returns what it wrote, and what its command printed. */
async function run(
  cell: Cell,
  words: readonly string[],
): Promise<{ profile: PlainProfile; stdout: string }> {
  let bytes = new Uint8Array();
  let stdout = "";
  await inFolder(async (folder) => {
    const file = `${folder}/samples`;
    const args = [...wordsOf(cell), "-i", `${INTERVAL_US}`, "-o", file];
    const outcome = await austin([...args, ...words]);
    assert.equal(outcome.code, 0, outcome.stderr);
    stdout = outcome.stdout;
    bytes = await Deno.readFile(file);
  });
  if (cell.format === "text") checkText(cell, new TextDecoder().decode(bytes));
  const profile = readPlain(bytes);
  assert.equal(profile.error, null);
  return { profile, stdout };
}

function wordsOf({ mode, gc, format, children }: Cell): string[] {
  const words = [mode, gc ? "-g" : "", format === "mojo" ? "-b" : ""];
  return [...words, children ? "-C" : ""].filter((word) => word !== "");
}

/** Tries every cell and says of each that failed why. */
async function checkEach(
  cells: readonly Cell[],
  sample: (cell: Cell) => Promise<Outcome>,
): Promise<void> {
  const failures: string[] = [];
  const rest = [...cells];
  const worker = async () => {
    for (let cell = rest.shift(); cell !== undefined; cell = rest.shift()) {
      try {
        await checkOne(cell, sample);
      } catch (error) {
        failures.push(`austin ${wordsOf(cell).join(" ")}: ${error}`);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  assert.deepEqual(failures, []);
}

async function checkOne(
  cell: Cell,
  sample: (cell: Cell) => Promise<Outcome>,
): Promise<void> {
  let complaint: string | null = null;
  for (let i = 0; i < TIME_RUNS; i++) {
    const outcome = await sample(cell);
    check(cell, outcome);
    complaint = hasWholeTimes(cell) ? wrongTime(outcome) : null;
    if (complaint === null) return;
  }
  throw new Error(complaint ?? "");
}

/** Whether every thread is in every pass. */
function hasWholeTimes({ mode }: Cell): boolean {
  return mode === "" || mode === "-f";
}

function check(cell: Cell, { profile, facts }: Outcome): void {
  const { metadata, samples } = profile;
  assert.deepEqual(metadata.map(([key]) => key), keysOf(cell));
  const invalid = samples.filter((sample) => sample.isInvalid).length;
  const bound = INVALID_STACKS + INVALID_SHARE * samples.length;
  assert.ok(invalid <= bound, `${invalid} invalid of ${samples.length}`);
  for (const sample of samples) checkMetrics(cell, sample);
  checkCollecting(cell, profile);
  checkProcesses(cell, samples, facts);
  checkThreads(cell, samples, facts);
}

function keysOf({ mode, gc, children }: Cell): string[] {
  return [
    "austin",
    "interval",
    "mode",
    ...mode === "-m" || mode === "-f" ? ["memory"] : [],
    ...children ? ["multiprocess"] : [],
    "duration",
    ...gc ? ["gc"] : [],
  ];
}

/** Every line is as it has to be. */
function checkText({ mode }: Cell, text: string): void {
  const count = mode === "-f" ? 3 : 1;
  const { samples } = parseCollapsed(text);
  for (const { metrics } of samples) assert.equal(metrics.length, count);
}

function checkMetrics({ mode }: Cell, sample: PlainSample): void {
  const { timeUs, memoryBytes, isIdle } = sample;
  const metrics: Metrics = mode === "-m"
    ? "memory"
    : mode === "-f"
    ? "full"
    : "time";
  if (metrics === "memory") assert.ok(timeUs === 0 && memoryBytes !== 0);
  if (metrics !== "memory") assert.ok(timeUs >= 0);
  if (metrics === "time") assert.equal(memoryBytes, 0);
  if (metrics !== "full") assert.equal(isIdle, false);
  assert.ok(memoryBytes % 1024 === 0, `${memoryBytes} bytes`);
}

/** A third of the busy thread's time. */
function checkCollecting({ gc }: Cell, profile: PlainProfile): void {
  const { metadata, samples } = profile;
  assert.equal(samples.some(({ isCollecting }) => isCollecting), gc);
  if (gc) assert.ok(Number(new Map(metadata).get("gc")) > 0);
}

/** The child is there with `-C` only; it takes no memory. */
function checkProcesses(
  { mode, children }: Cell,
  samples: readonly PlainSample[],
  { pid, child }: Facts,
): void {
  const pids = new Set(samples.map((sample) => sample.pid));
  if (mode === "-m") pids.delete(child);
  const expected = children && mode !== "-m" ? [pid, child] : [pid];
  assert.deepEqual([...pids].sort(), expected.sort());
  if (!expected.includes(child)) return;
  const scopes = scopesOf(samples.filter((sample) => sample.pid === child));
  assert.ok(scopes.has("child_busy"), [...scopes].join());
}

function checkThreads(
  { mode }: Cell,
  samples: readonly PlainSample[],
  facts: Facts,
): void {
  const of = (tid: number) => samples.filter((sample) => sample.tid === tid);
  const busy = of(facts["busy"]);
  const resting = [...of(facts["main"]), ...of(facts["asleep"])];
  const scopes = scopesOf(busy);
  const functions = ["busy", ...mode === "-m" ? ["allocate"] : ["compute"]];
  for (const scope of functions) assert.ok(scopes.has(scope), scope);
  if (mode === "-s") {
    // Those of the start, when austin launched it, are in other functions.
    const awake = resting.filter(isResting).length;
    assert.ok(awake <= AWAKE_SHARE * busy.length, `${awake} samples awake`);
  } else if (mode !== "-m") {
    assert.ok(scopesOf(of(facts["asleep"])).has("asleep"));
    assert.ok(scopesOf(of(facts["main"])).has("main"));
  }
  if (mode === "-f") {
    const idle = resting.filter(({ isIdle }) => isIdle).length;
    assert.ok(idle >= 0.8 * resting.filter(isResting).length);
    assert.ok(busy.filter(({ isIdle }) => isIdle).length < 0.2 * busy.length);
  }
}

function isResting({ frames }: PlainSample): boolean {
  return frames.some(({ scope }) =>
    scope === "asleep" || scope === "Lifetime.wait" || scope === "wait"
  );
}

/** The main thread lives for the whole run, the others as well when they were there before. @returns whose time is not the duration. */
function wrongTime({ profile, facts, launched }: Outcome): string | null {
  const durationUs = Number(new Map(profile.metadata).get("duration"));
  const margin = TIME_MARGIN * durationUs + TIME_MARGIN_US;
  for (const name of launched ? ["main"] : ["main", "asleep", "busy"]) {
    const timeUs = profile.samples
      .filter(({ tid }) => tid === facts[name])
      .reduce((sum, sample) => sum + sample.timeUs, 0);
    if (Math.abs(timeUs - durationUs) > margin) {
      return `${name} has ${timeUs} of ${durationUs} us`;
    }
  }
  return null;
}

function scopesOf(samples: readonly PlainSample[]): Set<string> {
  return new Set(
    samples.flatMap(({ frames }) => frames.map(({ scope }) => scope)),
  );
}
