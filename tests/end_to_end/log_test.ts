/** What a run leaves in the system's log, and tells for a bug report. */

import assert from "node:assert/strict";
import { pythons } from "../../scripts/pythons.ts";
import { austin, startAustin } from "../support/austin.ts";
import { inFolder } from "../support/folder.ts";
import { type Need, testNeeding } from "../support/needs.ts";
import { startSystemLog, systemLogNeeds } from "../support/system_log.ts";
import { startTarget } from "../support/target.ts";

const [python] = await pythons(["3.12"]);
const aPython: Need = { what: "CPython 3.12", met: python !== undefined };

/** Seconds that a target lives at most. */
const LIFE = 60;

testNeeding(
  [...systemLogNeeds, aPython],
  "austin logs its start, warnings and errors",
  () =>
    inFolder(async (folder) => {
      await using log = await startSystemLog();
      const output = `${folder}/100%s%n`;
      await using run = startAustin(
        ["-ms", "-i", "2ms", "-o", output, "-p", "999999999"],
        { wrapper: log.wrapper },
      );
      assert.equal((await run.ended).code, 36);
      const name = `austin[${run.pid}]`;
      assert.deepEqual(await log.linesOf(run.pid, "Cannot"), [
        `<142>${name}: ====[ AUSTIN ]====`,
        `<142>${name}: Output file: ${output}`,
        `<142>${name}: Sampling interval: 2000 μs`,
        `<140>${name}: -s/--sleepless has no effect beside -m/--memory`,
        `<139>${name}: Cannot attach to process 999999999: there is no such process`,
      ]);
    }),
);

testNeeding(
  [...systemLogNeeds, aPython],
  "austin leaves the log alone with AUSTIN_NO_LOGGING",
  async () => {
    await using log = await startSystemLog();
    const args = ["-p", "999999999"];
    await using silent = startAustin(args, {
      wrapper: log.wrapper,
      env: { AUSTIN_NO_LOGGING: "1" },
    });
    await silent.ended;
    await using run = startAustin(args, { wrapper: log.wrapper });
    await run.ended;
    await log.linesOf(run.pid, "Cannot");
    assert.deepEqual(await log.linesOf(silent.pid, ""), []);
  },
);

testNeeding(
  [aPython],
  "austin tells what a bug report needs with AUSTIN_LOG=debug",
  async () => {
    await using target = await startTarget(python!, "threads.py", [LIFE, 0, 1]);
    const env = { AUSTIN_LOG: "debug" };
    const pid = String(target.pid);
    const { stderr } = await austin(["-x", "1", "-p", pid], { env });
    const lines = stderr.split("\n").filter((line) =>
      line.startsWith("austin: debug: ")
    ).map((line) => line.slice("austin: debug: ".length));
    const [versions, maps, runtime, reads, ...rest] = lines;
    assert.deepEqual(rest, []);
    assert.match(versions!, /^austin \S+, Deno \S+, V8 \S+, \S+, linux \S+$/);
    assert.match(
      maps!,
      /^Process \d+: executable \/.*, \d+ other files mapped$/,
    );
    assert.match(
      runtime!,
      /^Process \d+: Python 3\.12\.\d+, _PyRuntime at 0x[\da-f]+ in \/.*, layout by table, frames are cframe$/,
    );
    assert.match(
      reads!,
      /^\d+ samples, \d+ errors; \d+ reads \([\d.]+ a sample\); \d+ regions \([\d.]+ a read\); \d+ bytes \([\d.]+ a read\)$/,
    );
  },
);

testNeeding(
  [aPython],
  "austin -P keeps the terminal free of its log",
  async () => {
    await using target = await startTarget(python!, "threads.py", [LIFE, 0, 1]);
    const env = { AUSTIN_LOG: "debug" };
    const args = ["-P", "-x", "1", "-p", String(target.pid)];
    assert.equal((await austin(args, { env })).stderr, "");
  },
);
