/**
 * austin-python, the library that other tools read Austin's files with, and we
 * find the same in the same file: in what we write, and in what Austin 3.7.0
 * has written (`tests/golden/record_austin_3_7.ts`).
 */

import assert from "node:assert/strict";
import type { Frame } from "../../src/events/frame_table.ts";
import { testNeeding } from "../support/needs.ts";
import {
  lineFrame,
  MODES,
  type PlainProfile,
  type PlainSample,
  plainSample,
  readPlain,
  writeProfile,
} from "../support/profile.ts";
import { pipInstall, type PythonPackages } from "../support/python_packages.ts";

const SCRIPT = `${import.meta.dirname}/read_with_austin_python.py`;
const GOLDEN = `${import.meta.dirname}/../golden`;

/** What austin-python says of a sample. */
interface TheirSample {
  readonly pid: number;
  readonly iid: number;
  readonly thread: string;
  readonly frames: readonly (readonly (string | number)[])[];
  readonly time: number | null;
  readonly memory: number | null;
  readonly gc: boolean;
  readonly idle: boolean;
}

/** What austin-python says of a file. */
interface TheirProfile {
  readonly metadata: readonly (readonly [string, string])[];
  readonly samples: readonly TheirSample[];
}

const packages: PythonPackages | null = await pipInstall([
  "austin-python==2.4.0",
]).catch(() => null);

const needs = [{ what: "austin-python", met: packages !== null }];

async function readWithAustinPython(path: string): Promise<TheirProfile> {
  assert.ok(packages !== null);
  return JSON.parse(await packages.run([SCRIPT, path]));
}

const frames: readonly Frame[] = [
  lineFrame("C:\\Program Files\\app\\a b.py", "<module>", 1),
  {
    file: "/usr/lib/módulo.py",
    scope: "Класс.метод",
    line: 70_000,
    endLine: 70_001,
    column: 5,
    endColumn: 300,
  },
  {
    file: "<frozen importlib._bootstrap>",
    scope: "日本.<locals>.<lambda>",
    line: 2,
    endLine: 2,
    column: 1,
    endColumn: 9,
  },
  lineFrame("", "𝔉", 0),
];

/** Samples with something of everything, over two processes and three threads. */
const samples = Array.from({ length: 40 }, (_, i): PlainSample =>
  plainSample({
    pid: 100 + i % 2,
    iid: i % 3,
    tid: [1, 0xcafe, 140_737_488_355_327][i % 3]!,
    frames: frames.slice(0, i % 5),
    isInvalid: i % 7 === 0,
    isCollecting: i % 4 === 0,
    isIdle: i % 5 === 0,
    timeUs: i ** 7,
    memoryBytes: (-3) ** i % 2 ** 40,
  }));

for (const format of ["mojo", "collapsed"] as const) {
  for (const metrics of ["time", "memory", "full"] as const) {
    testNeeding(
      needs,
      `austin-python reads our ${format} of ${metrics}`,
      async () => {
        const bytes = writeProfile(samples, {
          format,
          metrics,
          epochs: new Set([20]),
          head: [["mode", MODES[metrics]], ["gc", "on"]],
          trailer: [["duration", "12345"]],
        });
        await assertReadAlike(bytes);
      },
    );
  }

  for (const mode of ["wall", "cpu", "memory", "full", "children"]) {
    const ending = format === "mojo" ? "mojo" : "txt";
    testNeeding(
      needs,
      `we read ${format} of Austin 3.7.0 in ${mode} mode as austin-python does`,
      async () => {
        const bytes = await Deno.readFile(
          `${GOLDEN}/austin_3_7_${mode}.${ending}`,
        );
        const { samples } = await assertReadAlike(bytes);
        assert.ok(samples.length > 5);
      },
    );
  }
}

/** @returns what we read. */
async function assertReadAlike(bytes: Uint8Array): Promise<PlainProfile> {
  const ours = readPlain(bytes);
  assert.equal(ours.error, null);
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeFile(path, bytes);
    const theirs = await readWithAustinPython(path);
    const mode = new Map(ours.metadata).get("mode") ?? "";
    const isMojo = bytes[0] === 0x4d;
    assert.deepEqual(ours.metadata, theirs.metadata);
    assert.deepEqual(
      ours.samples.map((sample) =>
        isMojo ? asTheirMojo(sample, mode) : asTheirText(sample, mode)
      ),
      theirs.samples,
    );
  } finally {
    await Deno.remove(path);
  }
  return ours;
}

/** It passes over invalid events, and takes tids as they are. */
function asTheirMojo(sample: PlainSample, mode: string): TheirSample {
  return {
    ...asTheirs(sample),
    thread: sample.tid.toString(16),
    time: mode === "memory" ? null : sample.timeUs,
    memory: mode === "memory" || mode === "full" ? sample.memoryBytes : null,
  };
}

/** It takes the words for frames, and a single metric for the time. */
function asTheirText(sample: PlainSample, mode: string): TheirSample {
  const { isInvalid, isCollecting, timeUs, memoryBytes } = sample;
  const theirs = asTheirs(sample);
  const word = (scope: string) => ["", scope, 0, 0, 0, 0];
  return {
    ...theirs,
    thread: String(sample.tid),
    frames: [
      ...isInvalid ? [word("INVALID")] : [],
      ...theirs.frames,
      ...isCollecting ? [word("GC")] : [],
    ],
    time: (mode === "memory" ? memoryBytes : timeUs) || 0,
    memory: mode === "full" ? memoryBytes : null,
  };
}

function asTheirs(
  sample: PlainSample,
): Omit<TheirSample, "thread" | "time" | "memory"> {
  const { pid, iid, isCollecting, isIdle } = sample;
  return {
    pid,
    iid,
    frames: sample.frames.map((
      frame,
    ) => [
      frame.file,
      frame.scope,
      frame.line,
      frame.endLine,
      frame.column,
      frame.endColumn,
    ]),
    gc: isCollecting,
    idle: isIdle,
  };
}
