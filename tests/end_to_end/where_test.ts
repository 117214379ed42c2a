/** `-w/--where`: what is shown of a process, to whom and how. */

import assert from "node:assert/strict";
import { pythons } from "../../scripts/pythons.ts";
import { austin } from "../support/austin.ts";
import { testEachPython } from "../support/each_python.ts";
import { inFolder } from "../support/folder.ts";
import { type Need, testNeeding } from "../support/needs.ts";
import { program, run } from "../support/program.ts";
import { realAustin, realAustinProgram } from "../support/real_austin.ts";
import { startTarget, type Target } from "../support/target.ts";
import { onTerminal, terminalNeed } from "../support/terminal.ts";

/** One version is enough where it does not matter; Austin 3.7.0 reads this one. */
const ONE = ["3.11"] as const;

const [one] = await pythons(ONE);
const aPython: Need = { what: `CPython ${ONE}`, met: one !== undefined };

/** Seconds that a target lives at most. */
const LIFE = 60;

/** A thread as the text shows it. */
interface ShownThread {
  readonly emojis: string;
  readonly pid: number;
  readonly iid: number;
  readonly tid: number;
  readonly name: string | undefined;
  /** From the root. */
  readonly frames: readonly string[];
}

const HEAD = /^(\S+) Process (\d+) 🧵 Thread (\d+):(\d+)(?: "(.*)")?$/;

/** Reads the text back. @throws {Error} when it is laid out in another way. */
function parseWhere(text: string): ShownThread[] {
  const parts = text.split(/\n\n(?=\S)/);
  assert.equal(parts.shift(), "");
  return parts.map((part) => {
    const [head = "", empty, ...lines] = part.split("\n");
    const [, emojis = "", pid, iid, tid, name] = HEAD.exec(head) ?? [];
    assert.notEqual(emojis, "", head);
    assert.equal(empty, "");
    assert.equal(lines.pop(), "");
    const frames = lines.map((line) => line.replace(/^ {4}(?=\S)/, ""));
    assert.equal(lines.some((line, i) => line === frames[i]), false, part);
    return {
      emojis,
      pid: Number(pid),
      iid: Number(iid),
      tid: Number(tid),
      name,
      frames,
    };
  });
}

async function where(
  target: Target,
  ...args: string[]
): Promise<ShownThread[]> {
  const outcome = await austin([...args, "-w", String(target.pid)]);
  assert.equal(outcome.stderr, "");
  assert.equal(outcome.code, 0);
  return parseWhere(outcome.stdout);
}

testEachPython(
  "austin -w shows every thread with its name, state and frames, the newest first",
  async (python) => {
    await using target = await startTarget(python, "threads.py", [LIFE, 1, 2]);
    const threads = await where(target);
    const tids = target.facts.threads;
    const shown = threads.map((
      { name, tid, iid, pid },
    ) => [name, tid, iid, pid]);
    assert.deepEqual(
      shown,
      ["busy 1", "idle 2", "idle 1", "MainThread"].map(
        (name) => [name, tids[name], 0, target.pid],
      ),
    );
    assert.deepEqual(
      threads.slice(1).map(({ emojis }) => emojis),
      ["💤", "💤", "💤"],
    );
    assert.match(threads[0]!.emojis, /^(🚀|💤)$/); // it may wait for a processor
    const [busy, , idle, main] = threads.map(({ frames }) => frames);
    assert.ok(
      busy!.some((line) => line.startsWith(`busy (${target.script}:1`)),
    );
    assert.ok(idle!.some((line) => line === `idle (${target.script}:20)`));
    assert.equal(main![0], `<module> (${target.script}:34)`);
  },
);

testEachPython(
  "austin -w shows no stack in pieces",
  async (python) => {
    await using target = await startTarget(python, "churn.py", [LIFE]);
    for (let i = 0; i < 5; i++) {
      for (const { frames } of await where(target)) {
        assert.ok(frames.length > 0);
        assert.ok(
          frames.every((line) => / \(.*:\d+\)$/.test(line)),
          `${frames}`,
        );
      }
    }
  },
);

testEachPython(
  "austin -Cw shows the newest process first, and marks children",
  async (python) => {
    await using target = await startTarget(python, "children.py", [LIFE, 2]);
    const [first, second] = target.facts.children;
    const threads = await where(target, "-C");
    assert.deepEqual(
      threads.map(({ pid }) => pid),
      [second, first, target.pid],
    );
    assert.deepEqual(
      threads.map(({ emojis }) => emojis.includes("🧒")),
      [true, true, false],
    );
    assert.ok(
      threads[0]!.frames.some((line) => line.startsWith("child_busy ")),
    );
  },
  ["3.8", "3.11", "3.14"],
);

testEachPython(
  "austin -w leaves children out without -C",
  async (python) => {
    await using target = await startTarget(python, "children.py", [LIFE, 1]);
    const threads = await where(target);
    assert.deepEqual(threads.map(({ pid }) => pid), [target.pid]);
  },
  ONE,
);

testEachPython(
  "austin -sw leaves idle threads out",
  async (python) => {
    await using target = await startTarget(python, "threads.py", [LIFE, 1, 2]);
    for (const { emojis, name } of await where(target, "-s")) {
      assert.deepEqual([emojis, name], ["🚀", "busy 1"]);
    }
  },
  ONE,
);

testEachPython(
  "austin -w writes to a file with -o, and pays no heed to -b",
  (python) =>
    inFolder(async (folder) => {
      await using target = await startTarget(python, "threads.py", [
        LIFE,
        0,
        1,
      ]);
      const file = `${folder}/where.mojo`;
      const outcome = await austin(["-bo", file, "-w", String(target.pid)]);
      assert.deepEqual(outcome, { code: 0, stdout: "", stderr: "" });
      assert.equal(parseWhere(await Deno.readTextFile(file)).length, 2);
    }),
  ONE,
);

testEachPython(
  "austin -Pw tells the version first",
  async (python) => {
    await using target = await startTarget(python, "threads.py", [LIFE, 0, 0]);
    const { stdout } = await austin(["-Pw", String(target.pid)]);
    assert.ok(
      stdout.startsWith(`# python: ${python.fullVersion}\n\n\n`),
      stdout,
    );
  },
  ONE,
);

testEachPython(
  "austin -w lets no control character of a name through",
  async (python) => {
    await using target = await startTarget(python, "thread_names.py", [LIFE]);
    const names = (await where(target)).map(({ name }) => name);
    assert.ok(names.includes("a; b\\x1b[31m\\x0a"), `${names}`);
    assert.ok(names.includes("縄"), `${names}`);
  },
  ONE,
);

testEachPython(
  "austin -w --json writes one document",
  async (python) => {
    await using target = await startTarget(python, "threads.py", [LIFE, 1, 1]);
    const outcome = await austin(["--json", "-w", String(target.pid)]);
    assert.equal(outcome.stderr, "");
    const { austin: version, processes } = JSON.parse(outcome.stdout);
    assert.match(version, /^\d+\.\d+\.\d+$/);
    assert.equal(processes.length, 1);
    const [{ pid, child, complete, python: found, threads }] = processes;
    assert.deepEqual([pid, child, complete], [target.pid, false, true]);
    assert.ok(python.fullVersion.startsWith(found.replace(".?", "")));
    const names = threads.map((thread: { name: string }) => thread.name);
    assert.deepEqual(names, ["busy 1", "idle 1", "MainThread"]);
    const [root] = threads[2].frames;
    assert.deepEqual(
      [root.file, root.scope, root.line],
      [target.script, "<module>", 34],
    );
    assert.equal(threads[1].idle, true);
    const hasColumns = Number(python.version.slice(2)) >= 11;
    assert.equal(root.column, hasColumns ? 1 : null);
    assert.equal(root.end_line, hasColumns ? 34 : null);
  },
);

testNeeding(
  [realAustin, aPython],
  "austin -w shows what Austin 3.7.0 shows, and names of threads",
  async () => {
    await using target = await startTarget(one!, "threads.py", [LIFE, 0, 3]);
    const pid = String(target.pid);
    const theirs = await run([realAustinProgram, "-w", pid]);
    const ours = await austin(["-w", pid]);
    assert.equal(
      ours.stdout.replace(/ "[^"]*"$/gm, ""),
      // deno-lint-ignore no-control-regex
      theirs.stdout.replace(/\x1b\[[\d;]*m/g, ""),
    );
  },
);

testNeeding(
  [terminalNeed, aPython],
  "austin -w colours what goes to a terminal, unless that is not wanted",
  async () => {
    await using target = await startTarget(one!, "threads.py", [LIFE, 0, 0]);
    const command = [program, "-w", String(target.pid)];
    const { text } = await onTerminal(command);
    // deno-lint-ignore no-control-regex
    assert.match(text, /🧵 Thread \x1b\[34;1m0:\d+\x1b\[0m "MainThread"\n/);
    for (const env of [{ NO_COLOR: "1" }, { TERM: "dumb" }]) {
      const { text } = await onTerminal(command, { env });
      assert.equal(parseWhere(text).length, 1);
    }
  },
);

Deno.test("austin -w fails as -p does", async () => {
  const none = await austin(["-w", "999999999"]);
  assert.equal(none.code, 36);
  assert.equal(none.stdout, "");
  assert.match(none.stderr, /there is no such process/);
  const notPython = await austin(["-t", "100", "-w", String(Deno.pid)]);
  assert.equal(notPython.code, 32);
  assert.match(notPython.stderr, /is not a Python process/);
  const both = await austin(["-w", "1", "python"]);
  assert.equal(both.code, 64);
});
