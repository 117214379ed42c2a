/** `-C`: processes that the target starts are sampled too, and those that they start. */

import assert from "node:assert/strict";
import type { Python } from "../../scripts/pythons.ts";
import { pythons } from "../../scripts/pythons.ts";
import {
  austin,
  startAustin,
  startProgram,
  targetCommand,
} from "../support/austin.ts";
import { type CollapsedSample, parseCollapsed } from "../support/collapsed.ts";
import { testEachPython } from "../support/each_python.ts";
import { testNeeding } from "../support/needs.ts";
import { startTarget } from "../support/target.ts";

/** One of each way to find threads and frames. */
const VERSIONS = ["3.8", "3.11", "3.13", "3.15"] as const;

const [python] = await pythons(["3.12"]);

function testPython(name: string, fn: () => Promise<void>): void {
  const need = { what: "CPython 3.12", met: python !== undefined };
  testNeeding([need], name, fn);
}

/** @returns functions seen in each process. */
function scopesByPid(
  samples: readonly CollapsedSample[],
): Map<number, Set<string>> {
  const scopes = new Map<number, Set<string>>();
  for (const { pid, stack } of samples) {
    const known = scopes.get(pid) ?? new Set();
    scopes.set(pid, known);
    for (const { scope } of stack.frames) known.add(scope);
  }
  return scopes;
}

/** Launches a command with `-C`. @returns the functions seen in each process. */
async function sampleTree(
  words: readonly string[],
): Promise<Map<number, Set<string>>> {
  const { code, stdout, stderr } = await austin(["-Ci5ms", ...words]);
  assert.equal(code, 0, stderr);
  const { head, samples } = parseCollapsed(stdout);
  assert.deepEqual(head.at(-1), ["multiprocess", "on"]);
  return scopesByPid(samples);
}

for (const start of ["fork", "spawn"]) {
  testEachPython(
    `austin -C samples children made by ${start}`,
    async (python) => {
      await using target = await startTarget(python, "children.py", [
        30,
        2,
        start,
      ]);
      const words = ["-C", "-i5ms", "-x1", "-p", `${target.pid}`];
      const { code, stdout } = await austin(words);
      assert.equal(code, 0);
      const scopes = scopesByPid(parseCollapsed(stdout).samples);
      const { children } = target.facts as { children: number[] };
      const pids = [target.pid, ...children].sort((a, b) => a - b);
      assert.deepEqual([...scopes.keys()].sort((a, b) => a - b), pids);
      assert.ok(scopes.get(target.pid)?.has("parent"));
      for (const child of children) {
        assert.ok(scopes.get(child)?.has("child_busy"));
      }
      await target.finish();
    },
    VERSIONS,
  );

  testEachPython(
    `austin -C follows children made by ${start} from their start`,
    async (python) => {
      const command = await targetCommand(python, "children.py", [
        "0.6",
        2,
        start,
      ]);
      const scopes = [...(await sampleTree(command)).values()];
      assert.equal(scopes.length, 3);
      assert.equal(scopes.filter((names) => names.has("child_busy")).length, 2);
    },
    VERSIONS,
  );
}

testEachPython("austin -C samples the children of a shell", async (python) => {
  const command = await targetCommand(python, "split.py", ["0.4"]);
  const words = ["sh", "-c", '"$@"; true', "sh", ...command];
  const scopes = [...(await sampleTree(words)).values()];
  assert.equal(scopes.length, 1);
  assert.ok(scopes[0]?.has("half"));
}, VERSIONS);

/** A Python that starts another one through a shell that waits. */
async function grandparent(python: Python): Promise<string[]> {
  const command = await targetCommand(python, "split.py", ["0.5"]);
  const script = "import subprocess, sys\n" +
    "def above():\n  subprocess.run(sys.argv[1], shell=True)\nabove()\n";
  const line = `${command.map((word) => `'${word}'`).join(" ")}; true`;
  return [...python.command, "-c", script, line];
}

testEachPython(
  "austin -C samples grandchildren behind a shell",
  async (python) => {
    const scopes = [...(await sampleTree(await grandparent(python))).values()];
    assert.equal(scopes.length, 2);
    assert.equal(scopes.filter((names) => names.has("above")).length, 1);
    assert.equal(scopes.filter((names) => names.has("half")).length, 1);
  },
  // A CPython in a root of its own has no shell there.
  ["3.8", "3.11", "3.13"],
);

testPython("children that end do not disturb the others", async () => {
  const child = "import time; time.sleep(0.1)";
  const script = "import subprocess, sys\n" +
    "def above():\n  for _ in range(5):\n" +
    `    subprocess.run([sys.executable, '-S', '-c', '${child}'])\n` +
    "above()\n";
  const words = [...python!.command, "-c", script];
  const { code, stdout } = await austin(["-CPi1ms", ...words]);
  assert.equal(code, 0);
  const { samples, trailer } = parseCollapsed(stdout);
  const scopes = scopesByPid(samples);
  assert.ok(scopes.size >= 5, `${scopes.size} processes`);
  const [errors = 0, all = 0] = trailer.at(-1)?.[1].split("/").map(Number) ??
    [];
  assert.ok(errors <= 0.02 * all, `${errors} of ${all} samples are invalid`);
});

testPython(
  "austin -C goes on with children whose parent has ended",
  async () => {
    const command = await targetCommand(python!, "split.py", ["0.8"]);
    const words = ["sh", "-c", '"$@" & sleep 0.3', "sh", ...command];
    const { code, stdout } = await austin(["-Ci5ms", ...words]);
    assert.equal(code, 0);
    const [, duration] = parseCollapsed(stdout).trailer[0] ?? [];
    assert.ok(Number(duration) > 500_000, `${duration} us`);
  },
);

testPython("austin -Cp of a shell samples what it starts later", async () => {
  const command = await targetCommand(python!, "split.py", ["0.5"]);
  const words = ["sh", "-c", 'read go; "$@"; true', "sh", ...command];
  await using shell = startProgram(words, { stdin: "open" });
  const args = ["-CPi5ms", "-t20s", "-p", `${shell.pid}`];
  await using run = startAustin(args);
  await shell.write("go\n");
  const { code, stdout } = await run.ended;
  assert.equal(code, 0);
  const { head, samples } = parseCollapsed(stdout);
  // The parent is no Python.
  assert.equal(head[0]?.[0], "austin");
  assert.ok([...scopesByPid(samples).values()][0]?.has("half"));
});

testPython(
  "austin -C says on standard error which Pythons it finds",
  async () => {
    const command = await targetCommand(python!, "children.py", ["0.3", 1]);
    const { stderr } = await austin(["-Ci5ms", ...command]);
    assert.match(stderr, /🐍 Parent process \d+ Python version: 3\.12\.\d+\n/);
    assert.match(stderr, /🐍 Child process \d+ Python version: 3\.12\.\d+\n/);
    const piped = await austin(["-CPi5ms", ...command]);
    assert.match(piped.stderr, /^# python: 3\.12\.\d+\n$/);
  },
);

testPython("a signal ends austin -C and its command", async () => {
  const command = await targetCommand(python!, "children.py", [2, 1, "fork"]);
  await using run = startAustin(["-CPi5ms", ...command], { stdin: "open" });
  await run.until(() => run.stdout.includes("child_busy"));
  run.kill("SIGINT");
  const { code, stdout } = await run.ended;
  assert.equal(code, 254);
  parseCollapsed(stdout);
});
