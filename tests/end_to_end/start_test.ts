/** How soon austin samples, and how little memory it takes to; it prints both, and bounds them generously. */

import assert from "node:assert/strict";
import { startAustin } from "../support/austin.ts";
import { testEachPython } from "../support/each_python.ts";
import { inFolder } from "../support/folder.ts";
import { startTarget } from "../support/target.ts";

/** The goals are a quarter of these. */
const MAX_START_MS = 400;
const MAX_MEMORY_KB = 240 * 1024;

const VERSIONS = ["3.8", "3.12", "3.15"] as const;

testEachPython(
  "austin starts fast and stays small",
  (python, t) =>
    inFolder(async (folder) => {
      await using target = await startTarget(python, "split.py", [30, 20]);
      const file = `${folder}/samples`;
      const start = performance.now();
      await using run = startAustin([
        "-Px2",
        "-o",
        file,
        "-p",
        `${target.pid}`,
      ]);
      await run.until(async () =>
        /^P/m.test(await Deno.readTextFile(file).catch(() => ""))
      );
      const startMs = Math.round(performance.now() - start);
      let memoryKb = 0;
      // What it has when it ends is the most that it ever had.
      await run.until(async () => {
        const status = await Deno.readTextFile(`/proc/${run.pid}/status`)
          .catch(() => "");
        memoryKb = Number(/^VmHWM:\s*(\d+)/m.exec(status)?.[1] ?? memoryKb);
        return (await Deno.readTextFile(file)).includes("# duration");
      });
      assert.equal((await run.ended).code, 0);
      await t.step(`first sample after ${startMs} ms, ${memoryKb} kB`, () => {
        assert.ok(startMs < MAX_START_MS);
        assert.ok(memoryKb > 0 && memoryKb < MAX_MEMORY_KB);
      });
    }),
  VERSIONS,
);
