/**
 * Names are those of the code that ran, also where code objects come and go
 * thousands of times a second. `deno task bench:names` measures how often they
 * are not; here the margins are wide.
 */

import assert from "node:assert/strict";
import { austin } from "../support/austin.ts";
import { nameJudge } from "../support/code_churn.ts";
import { testEachPython } from "../support/each_python.ts";
import { startTarget } from "../support/target.ts";

/** Of all stacks, the share that may have a wrong name; without a check it is more than a half. */
const MAX_WRONG = 0.02;

/** Far fewer than there are in two seconds. */
const MIN_STACKS = 1_000;

testEachPython(
  "austin names short-lived functions as they are",
  async (python) => {
    await using target = await startTarget(python, "code_churn.py", [
      30,
      100,
      20,
    ]);
    const run = await austin(["-x", "2", "-p", String(target.pid)]);
    const { line, count } = nameJudge(target.facts as never);
    run.stdout.split("\n").forEach(line);
    assert.ok(count.stacks > MIN_STACKS, `${count.stacks} stacks`);
    assert.ok(count.functions > MIN_STACKS / 10, `${count.functions} seen`);
    const share = count.wrong / count.stacks;
    assert.ok(share < MAX_WRONG, `${share} are wrong, as ${count.example}`);
  },
);
