/** The text format, byte by byte; where Austin 3.7 is right, it is the same as there. */

import assert from "node:assert/strict";
import { pythons } from "../../scripts/pythons.ts";
import { austin, startProgram, targetCommand } from "../support/austin.ts";
import { type Collapsed, parseCollapsed } from "../support/collapsed.ts";
import { testEachPython } from "../support/each_python.ts";
import { testNeeding } from "../support/needs.ts";
import { realAustin, realAustinProgram } from "../support/real_austin.ts";
import { startTarget } from "../support/target.ts";

/** A CPython that Austin 3.7.0 reads well. */
const VERSION = ["3.11"] as const;

const FRAME = /;[^;\n]*:[^;:\n]*:\d+/.source;
const TIME = /\d+/.source;

/** By how many points a frame's share may differ between two runs. */
const SHARE_MARGIN = 4;

/** What a file looks like in each mode. */
interface Form {
  readonly args: readonly string[];
  readonly head: readonly string[];
  readonly metric: string;
  readonly trailer: readonly string[];
}

const PIPE_TRAILER = [
  "sampling: \\d+,\\d+,\\d+",
  "saturation: \\d+/\\d+",
  "errors: \\d+/\\d+",
];

const forms: readonly Form[] = [
  { args: [], head: ["mode: wall"], metric: TIME, trailer: [] },
  { args: ["-s"], head: ["mode: cpu"], metric: TIME, trailer: [] },
  {
    args: ["-m"],
    head: ["mode: memory", "memory: \\d+"],
    metric: "-?\\d+",
    trailer: [],
  },
  {
    args: ["-f"],
    head: ["mode: full", "memory: \\d+"],
    metric: "\\d+,[01],-?\\d+",
    trailer: [],
  },
  { args: ["-g"], head: ["mode: wall"], metric: TIME, trailer: ["gc: \\d+"] },
  {
    args: ["-P"],
    head: ["mode: wall", "python: 3\\.11\\.\\d+"],
    metric: TIME,
    trailer: PIPE_TRAILER,
  },
  {
    args: ["-Pfg"],
    head: ["mode: full", "memory: \\d+", "python: 3\\.11\\.\\d+"],
    metric: "\\d+,[01],-?\\d+",
    trailer: ["gc: \\d+", ...PIPE_TRAILER],
  },
  {
    args: ["-C"],
    head: ["mode: wall", "multiprocess: on"],
    metric: TIME,
    trailer: [],
  },
];

for (const { args, head, metric, trailer } of forms) {
  const name = args.join(" ") || "no options";
  testEachPython(`austin with ${name} writes its format`, async (python) => {
    const { code, stdout } = await austin([
      ...args,
      "-i10ms",
      ...await targetCommand(python, "split.py", ["0.3"]),
    ]);
    assert.equal(code, 0);
    const lines = (entries: readonly string[]) =>
      entries.map((entry) => `# ${entry}\n`).join("");
    assert.match(
      stdout,
      new RegExp([
        "^",
        lines(["austin: 5\\.0\\.0", "interval: 10000", ...head]),
        `\n(P\\d+;T0:\\d+(;:INVALID:)?(${FRAME})*(;:GC:)? ${metric}\n)+\n`,
        lines(["duration: \\d+", ...trailer]),
        "\n$",
      ].join("")),
    );
  }, VERSION);
}

testEachPython(
  "austin -PC tells the parent's version first",
  async (python) => {
    const command = await targetCommand(python, "split.py", ["0.2"]);
    const { stdout, stderr } = await austin(["-PC", ...command]);
    assert.match(
      stdout,
      /^# python: 3\.11\.\d+\n# austin: .*\n# interval: 100\n# mode: wall\n# multiprocess: on\n\nP/,
    );
    assert.equal(stderr, "");
  },
  VERSION,
);

testEachPython(
  "austin tells people what it does on standard error",
  async (python) => {
    const command = await targetCommand(python, "split.py", ["3"]);
    const { stderr } = await austin(["-gi10ms", "-x1", ...command]);
    const number = "\\d+\\.\\d\\d";
    assert.match(
      stderr,
      new RegExp(
        [
          "^\n[▄▀█ ]+\n[▄▀█ ]+ 5\\.0\\.0\n",
          "🐍 Python version: 3\\.11\\.\\d+",
          "🕑 Sampling for 1 second\n",
          "Statistics",
          `⌛ Sampling duration : 1\\.\\d\\d s`,
          `🗑️  Garbage collector : ${number} s \\(${number} %\\)`,
          "⏱️  Frame sampling \\(min/avg/max\\) : \\d+/\\d+/\\d+ μs",
          `🐢 Long sampling rate : \\d+/\\d+ \\(${number} %\\) samples took longer than the sampling interval to collect`,
          `💀 Error rate : \\d+/\\d+ \\(${number} %\\) invalid samples\n$`,
        ].join("\n"),
      ),
    );
  },
  VERSION,
);

testEachPython(
  "austin -P prints nothing to standard error",
  async (python) => {
    const command = await targetCommand(python, "split.py", ["0.2"]);
    const { stderr } = await austin(["-P", ...command]);
    assert.equal(stderr, "");
  },
  VERSION,
);

testEachPython(
  "the times of a thread add up to the duration",
  async (python) => {
    await using target = await startTarget(python, "threads.py", [30, 1, 2]);
    const { stdout } = await austin(["-i1ms", "-x1", "-p", `${target.pid}`]);
    const { samples, trailer } = parseCollapsed(stdout);
    const duration = Number(trailer[0]?.[1]);
    assert.ok(duration >= 1e6 && duration < 1.2e6, `${duration} us`);
    const times = new Map<number, number>();
    for (const { tid, metrics } of samples) {
      times.set(tid, (times.get(tid) ?? 0) + metrics[0]!);
    }
    assert.equal(times.size, 4);
    for (const [tid, time] of times) {
      const share = time / duration;
      assert.ok(Math.abs(share - 1) < 0.02, `${tid} has ${share} of it`);
    }
  },
);

const [python] = await pythons(VERSION);

testNeeding(
  [realAustin, { what: "CPython 3.11", met: python !== undefined }],
  "austin writes what Austin 3.7.0 writes",
  async () => {
    await using target = await startTarget(python!, "split.py", [60, 4]);
    const args = ["-P", "-i", "1ms", "-x", "3", "-p", String(target.pid)];
    const ours = parseCollapsed((await austin(args)).stdout);
    const real = parseCollapsed(await runRealAustin(args));
    const keys = (entries: Collapsed["head"]) => entries.map(([key]) => key);
    assert.deepEqual(keys(ours.head), keys(real.head));
    assert.deepEqual(keys(ours.trailer), keys(real.trailer));
    assert.deepEqual(ours.head.slice(1), real.head.slice(1));
    assert.deepEqual(stacksOf(ours), stacksOf(real));
    const [here, there] = [sharesOf(ours), sharesOf(real)];
    for (const key of new Set([...here.keys(), ...there.keys()])) {
      const points = 100 * ((here.get(key) ?? 0) - (there.get(key) ?? 0));
      assert.ok(Math.abs(points) < SHARE_MARGIN, `${key}: ${points} points`);
    }
  },
);

async function runRealAustin(args: readonly string[]): Promise<string> {
  await using run = startProgram([realAustinProgram, ...args]);
  return (await run.ended).stdout;
}

/** The heads and frames, without the line of the leaf and of what called it, which change all the time. */
function stacksOf({ samples }: Collapsed): string[] {
  const names = samples.map(({ pid, iid, tid, stack }) => {
    const frames = stack.frames.slice(0, 6).map(({ file, scope, line }) =>
      `${file}:${scope}:${line}`
    );
    return `P${pid};T${iid}:${tid};${frames.join(";")}`;
  });
  return [...new Set(names)];
}

/** @returns the share of the time of each leaf. */
function sharesOf({ samples }: Collapsed): Map<string, number> {
  const shares = new Map<string, number>();
  const total = samples.reduce((sum, { metrics }) => sum + metrics[0]!, 0);
  for (const { stack, metrics } of samples) {
    const leaf = stack.frames.at(-1);
    const key = `${leaf?.file}:${leaf?.scope}`;
    shares.set(key, (shares.get(key) ?? 0) + metrics[0]! / total);
  }
  return shares;
}
