/**
 * Stacks of a program that does nothing but call short functions are stacks
 * that it can have. `deno task bench:truth` is the long version, with the
 * numbers; here are wide bounds.
 */

import assert from "node:assert/strict";
import { startAustin } from "../support/austin.ts";
import { callGraphOracle } from "../support/call_graph.ts";
import { CollapsedParser } from "../support/collapsed.ts";
import { testEachPython } from "../support/each_python.ts";
import { startTarget } from "../support/target.ts";

/** Where the walk judges frames. */
const VERSIONS = ["3.11", "3.12", "3.13", "3.14", "3.15"] as const;

/** Of a hundred stacks, how many may be impossible or invalid; a walk that believes all it reads has ten times as many. */
const MAX_PERCENT = { impossible: 1, invalid: 5 };

for (const kind of ["plain", "mixed"]) {
  testEachPython(`austin tells the truth of ${kind} calls`, async (python) => {
    await using target = await startTarget(python, "churn.py", ["60", kind]);
    const parser = new CollapsedParser();
    await using run = startAustin(
      ["-i", "200us", "-x", "2", "-p", String(target.pid)],
      { onLine: (line) => parser.line(line) },
    );
    const { code, stderr } = await run.ended;
    assert.equal(code, 0, stderr);
    const { samples } = parser.end();
    const oracle = callGraphOracle(target.facts as never);
    const whole = samples.filter(({ stack }) => !stack.isInvalid);
    const complaints = whole.map(({ stack }) => oracle(stack.frames))
      .filter((complaint) => complaint !== null);
    const percent = (count: number) => 100 * count / samples.length;
    const found = {
      impossible: percent(complaints.length),
      invalid: percent(samples.length - whole.length),
    };
    assert.ok(samples.length > 100, `${samples.length} stacks`);
    assert.ok(
      found.impossible < MAX_PERCENT.impossible,
      `${found.impossible} % are impossible: ${complaints.slice(0, 3)}`,
    );
    assert.ok(
      found.invalid < MAX_PERCENT.invalid,
      `${found.invalid} % are invalid`,
    );
  }, VERSIONS);
}
