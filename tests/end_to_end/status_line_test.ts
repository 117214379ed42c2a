/** The line on the terminal that tells how a run goes. */

import assert from "node:assert/strict";
import { pythons } from "../../scripts/pythons.ts";
import { inFolder } from "../support/folder.ts";
import { type Need, testNeeding } from "../support/needs.ts";
import { program } from "../support/program.ts";
import { startTarget, type Target } from "../support/target.ts";
import {
  onTerminal,
  terminalNeed,
  type TerminalOptions,
} from "../support/terminal.ts";

const [python] = await pythons(["3.12"]);
const needs: readonly Need[] = [
  terminalNeed,
  { what: "CPython 3.12", met: python !== undefined },
];

/** Seconds that a target lives at most. */
const LIFE = 60;

function startThreads(): Promise<Target> {
  return startTarget(python!, "threads.py", [LIFE, 1, 1]);
}

/** Samples for a second and a bit, on a terminal. @returns what was drawn on the line, time after time. */
async function drawings(
  args: readonly string[],
  options: TerminalOptions = {},
): Promise<string[]> {
  const { code, text } = await onTerminal(
    [program, "-x", "2", ...args],
    options,
  );
  assert.equal(code, 0, text);
  return text.split("\n").flatMap((line) => line.split("\r").slice(1));
}

testNeeding(
  needs,
  "austin tells how it goes, and leaves nothing behind",
  () =>
    inFolder(async (folder) => {
      await using target = await startThreads();
      const file = `${folder}/samples`;
      const lines = await drawings(["-o", file, "-p", String(target.pid)]);
      const empty = lines.pop();
      const spaces = lines.pop();
      assert.equal(empty, "");
      assert.match(spaces!, /^ +$/);
      assert.ok(lines.length >= 2 && lines.length <= 8, `${lines}`);
      for (const line of lines) {
        assert.match(
          line,
          /^0:0\d left {2}\d+ samples\/s {2}\d+ errors? {2}1 process {2}3 threads *$/,
        );
      }
      assert.doesNotMatch(await Deno.readTextFile(file), /samples\/s|\r/);
    }),
);

testNeeding(
  needs,
  "austin tells how it goes where samples go to a pipe",
  () =>
    inFolder(async (folder) => {
      await using target = await startThreads();
      const stdout = `${folder}/samples`;
      const lines = await drawings(["-p", String(target.pid)], { stdout });
      assert.ok(lines.some((line) => line.includes(" samples/s ")), `${lines}`);
      assert.doesNotMatch(await Deno.readTextFile(stdout), /samples\/s|\r/);
    }),
);

testNeeding(
  needs,
  "austin's status line keeps within a narrow terminal",
  () =>
    inFolder(async (folder) => {
      await using target = await startThreads();
      const lines = await drawings(
        ["-o", `${folder}/samples`, "-p", String(target.pid)],
        { columns: 20 },
      );
      assert.ok(lines.length >= 3, `${lines}`);
      for (const line of lines) assert.ok(line.length < 20, line);
    }),
);

testNeeding(
  needs,
  "austin -P draws no status line",
  () =>
    inFolder(async (folder) => {
      await using target = await startThreads();
      const file = `${folder}/samples`;
      const lines = await drawings([
        "-P",
        "-o",
        file,
        "-p",
        String(target.pid),
      ]);
      assert.deepEqual(lines, []);
    }),
);
