/**
 * The packed austin.exe on Windows, which is wine here, with CPython's own
 * builds for Windows: one or two versions always, all with `--all`. What it
 * says is compared with `sys._current_frames()` of the target.
 */

import assert from "node:assert/strict";
import { ExitCode, signalExitCode } from "../../src/errors.ts";
import { parseCollapsed } from "../support/collapsed.ts";
import { inFolder, namesIn } from "../support/folder.ts";
import { testNeeding } from "../support/needs.ts";
import { readPlain } from "../support/profile.ts";
import {
  assertShown,
  assertStands,
  samplesOf,
  toldBy,
} from "../support/standing.ts";
import { startTarget, type Target, TARGETS } from "../support/target.ts";
import { startWindows } from "../support/wine_root.ts";
import {
  type ConsoleKey,
  executableOf,
  ONE,
  testOnWindows,
  windowsAustin,
  windowsAustinInConsole,
  windowsNeeds,
  windowsPath,
  type WindowsVersion,
} from "../support/windows.ts";

/** One whose layout is a table, and one that describes itself. */
const TWO: readonly WindowsVersion[] = ["3.12", "3.14"];

/** By how much a thread's time may differ from the duration: wine's clock is coarse, and the machine busy. */
const TIME_MARGIN = 0.2;

function pidOf({ facts }: Target): string {
  return String(facts["pid"]);
}

testOnWindows(TWO, "-w shows where CPython says that it is", async (python) => {
  await using target = await startTarget(python, "standing.py", [120]);
  const args = ["-w", pidOf(target), "--json"];
  const { code, stdout, stderr } = await windowsAustin(args);
  assert.equal(code, 0, stderr);
  const [process] = JSON.parse(stdout).processes;
  assert.equal(process.python, python.fullVersion);
  assertShown(process.threads, target);
});

testOnWindows(TWO, "samples as text are what CPython says", async (python) => {
  await using target = await startTarget(python, "standing.py", [120]);
  const args = ["-P", "-i", "5ms", "-x", "1", "-p", pidOf(target)];
  const { code, stdout, stderr } = await windowsAustin(args);
  assert.equal(code, 0, stderr);
  const { head, samples, trailer } = parseCollapsed(stdout);
  assert.equal(Object.fromEntries(head)["python"], python.fullVersion);
  const duration = Number(Object.fromEntries(trailer)["duration"]);
  for (const told of toldBy(target)) {
    const own = samplesOf(samples, told);
    for (const { stack } of own) {
      assert.equal(stack.isInvalid, false);
      assertStands(stack.frames, told);
    }
    const time = own.reduce((sum, { metrics }) => sum + metrics[0]!, 0);
    assert.ok(Math.abs(time - duration) < duration * TIME_MARGIN, `${time}`);
  }
});

testOnWindows(
  TWO,
  "samples as MOJO are what CPython says",
  (python) =>
    inFolder(async (folder) => {
      await using target = await startTarget(python, "standing.py", [120]);
      const file = `${folder}/samples.mojo`;
      const args = ["-b", "-i", "5ms", "-x", "1", "-o", windowsPath(file)];
      const { code, stderr } = await windowsAustin([
        ...args,
        "-p",
        pidOf(target),
      ]);
      assert.equal(code, 0, stderr);
      const { samples, error } = readPlain(await Deno.readFile(file));
      assert.equal(error, null);
      for (const told of toldBy(target)) {
        for (const { frames } of samplesOf(samples, told)) {
          assertStands(frames, told);
        }
      }
    }),
);

testOnWindows(
  TWO,
  "a command is launched and sampled to its end",
  (python) =>
    inFolder(async (folder) => {
      const file = `${folder}/samples`;
      const script = windowsPath(`${TARGETS}/garbage.py`);
      const { code, stdout, stderr } = await windowsAustin([
        ...["-g", "-P", "-i", "2ms", "-o", windowsPath(file)],
        ...[executableOf(python), "-B", script, "1"],
      ]);
      assert.equal(code, 0, stderr);
      assert.match(stdout, /^ready .*\ndone .*\n$/);
      const profile = parseCollapsed(await Deno.readTextFile(file));
      assert.deepEqual(Object.fromEntries(profile.head)["mode"], "wall");
      const collecting = profile.samples.filter(({ stack }) =>
        stack.isCollecting
      );
      assert.ok(collecting.length > 0);
      const named = profile.samples.flatMap(({ stack }) => stack.frames)
        .filter(({ file }) => file === script);
      assert.ok(named.length > 0);
    }),
);

testOnWindows(
  ONE,
  "a Python behind a launcher is followed",
  (python) =>
    inFolder(async (folder) => {
      const file = `${folder}/samples`;
      const script = windowsPath(`${TARGETS}/garbage.py`);
      const { code, stderr } = await windowsAustin([
        ...["-P", "-i", "5ms", "-o", windowsPath(file), "cmd.exe", "/c"],
        ...[executableOf(python), "-B", script, "1"],
      ]);
      assert.equal(code, 0, stderr);
      const { head, samples } = parseCollapsed(await Deno.readTextFile(file));
      assert.equal(Object.fromEntries(head)["python"], python.fullVersion);
      assert.ok(samples.length > 10);
    }),
);

testOnWindows(
  ONE,
  "-C follows children",
  (python) =>
    inFolder(async (folder) => {
      const file = `${folder}/samples`;
      const script = windowsPath(`${TARGETS}/children.py`);
      const { code, stdout, stderr } = await windowsAustin([
        ...["-C", "-P", "-i", "5ms", "-o", windowsPath(file)],
        ...[executableOf(python), "-B", script, "2", "1"],
      ]);
      assert.equal(code, 0, stderr);
      const { samples } = parseCollapsed(await Deno.readTextFile(file));
      const pids = new Set(samples.map(({ pid }) => pid));
      assert.equal(pids.size, 2, stdout);
    }),
);

testOnWindows(
  ONE,
  "-m measures what the process takes",
  (python) =>
    inFolder(async (folder) => {
      const file = `${folder}/samples`;
      const { code, stderr } = await windowsAustin([
        ...["-m", "-P", "-i", "2ms", "-o", windowsPath(file)],
        ...[executableOf(python), "-B", windowsPath(`${TARGETS}/grows.py`)],
      ]);
      assert.equal(code, 0, stderr);
      const { samples } = parseCollapsed(await Deno.readTextFile(file));
      const grown = samples.filter(({ stack }) =>
        stack.frames.some(({ scope }) => scope === "grow")
      ).reduce((sum, { metrics }) => sum + metrics[0]!, 0);
      assert.ok(grown > 48 * 2 ** 20 && grown < 80 * 2 ** 20, `${grown}`);
    }),
);

/** Keys that end a run: the signal that they stand for, and what `signals.py` notices of it. */
const keys: readonly (readonly [ConsoleKey, number, string[]])[] = [
  ["ctrl-c", 2, ["signal SIGINT"]],
  // The program has ended when we hear of the key.
  ["late-ctrl-c", 2, ["signal SIGINT"]],
  // Nobody listens to SIGBREAK there.
  ["ctrl-break", 15, []],
];

for (const [key, signum, noticed] of keys) {
  testOnWindows(
    ONE,
    `${key} ends the sampling, with all that was collected`,
    (python) =>
      inFolder(async (folder) => {
        const file = windowsPath(`${folder}/samples`);
        const target = windowsPath(`${TARGETS}/signals.py`);
        const lingerSec = key === "late-ctrl-c" ? "0" : "0.3";
        const { code, stdout } = await windowsAustinInConsole(python, [
          ...["-P", "-i", "5ms", "-o", file, executableOf(python)],
          ...["-B", target, "60", lingerSec],
        ], { key, file, word: await waitingFrame() });
        assert.deepEqual(stdout.match(/^signal .*/gm) ?? [], noticed, stdout);
        assert.equal(code, signalExitCode(signum), stdout);
        const text = await Deno.readTextFile(`${folder}/samples`);
        assert.ok(parseCollapsed(text).samples.length > 0);
      }),
  );
}

/** @returns the frame that `signals.py` is in once it listens for signals: before, Ctrl-C would end it. */
async function waitingFrame(): Promise<string> {
  const lines = (await Deno.readTextFile(`${TARGETS}/signals.py`)).split("\n");
  const index = lines.findIndex((line) => line.includes("time.sleep"));
  return `signals.py:<module>:${index + 1}`;
}

testOnWindows(ONE, "a process that may not be read is told", async (python) => {
  await using target = await startTarget(python, "private.py", [60]);
  for (const words of [["-w"], ["-x", "1", "-p"]]) {
    const { code, stderr } = await windowsAustin([...words, pidOf(target)]);
    assert.equal(code, ExitCode.permission, stderr);
    assert.match(
      stderr,
      /^austin: Insufficient permissions: cannot read the memory of process \d+\nhint: run austin as administrator/m,
    );
  }
});

testNeeding(
  windowsNeeds,
  "what austin logs on Windows is in %TEMP%\\austin.log",
  async () => {
    const users = `${(await startWindows()).drive}/users`;
    const [user] = namesIn(users).filter((name) => name !== "Public");
    const path = `${users}/${user}/AppData/Local/Temp/austin.log`;
    const before = await Deno.readTextFile(path).catch(() => "");
    await windowsAustin(["-i", "2ms", "-p", "999998"]);
    const text = await Deno.readTextFile(path);
    assert.ok(text.startsWith(before));
    const lines = text.slice(before.length).split("\r\n");
    const head = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d austin\[\d+\]: /;
    for (const line of lines.slice(0, -1)) assert.match(line, head);
    assert.deepEqual(lines.map((line) => line.replace(head, "")), [
      "====[ AUSTIN ]====",
      "Sampling interval: 2000 μs",
      "Cannot attach to process 999998: there is no such process",
      "",
    ]);
  },
);

/** What can go wrong, and how it is told. */
const failures: readonly (readonly [
  name: string,
  args: readonly string[],
  code: number,
  message: RegExp,
])[] = [
  [
    "no such process",
    ["-p", "999999"],
    ExitCode.noProcess,
    /^austin: Cannot attach to process 999999: there is no such process\nhint: /m,
  ],
  [
    "no such program",
    ["no-such-program.exe"],
    ExitCode.launch,
    /^austin: Cannot launch the given command: 'no-such-program.exe': there is no such program\nhint: /m,
  ],
  [
    "no Python",
    ["cmd.exe", "/c", "ping -n 3 127.0.0.1"],
    ExitCode.notPython,
    /^austin: Cannot attach: process \d+ is not a Python process\nhint: /m,
  ],
  ["a bad option", ["--nonono"], ExitCode.usage, /nonono/],
  [
    "no such folder",
    ["-o", "C:\\no\\such\\folder", "cmd.exe"],
    ExitCode.outputFile,
    /^austin: Unable to create the given output file: 'C:\\no\\such\\folder'/m,
  ],
];

for (const [name, args, code, message] of failures) {
  testNeeding(windowsNeeds, `${name} is told on Windows`, async () => {
    const outcome = await windowsAustin(args);
    assert.equal(outcome.code & 0xff, code, outcome.stderr);
    assert.match(outcome.stderr, message);
  });
}
