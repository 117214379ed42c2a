import assert from "node:assert/strict";
import type { TestResult } from "../../scripts/tests/junit.ts";
import { judge, mayBeMissing } from "../../scripts/tests/verdict.ts";

function result(outcome: TestResult["outcome"], name = "t"): TestResult {
  return { name, outcome };
}

Deno.test("judge() counts what passed and what failed", () => {
  const results = [result("passed"), result("failed", "bad"), result("passed")];
  assert.deepEqual(judge({ results, strict: false }), {
    passed: 2,
    failed: 1,
    remarks: ["failed: bad"],
  });
});

Deno.test("judge() lists an ignored test with its reason", () => {
  const results = [result("ignored", "t (needs strace)")];
  assert.deepEqual(judge({ results, strict: false }), {
    passed: 0,
    failed: 0,
    remarks: ["ignored: t (needs strace)"],
  });
});

Deno.test("judge() fails an ignored test that does not say why", () => {
  const results = [result("ignored", "needs strace")];
  const { failed, remarks } = judge({ results, strict: false });
  assert.equal(failed, 1);
  assert.match(remarks[0]!, /^failed: needs strace: ignored, and its name/);
});

Deno.test("judge() fails an ignored test on continuous integration", () => {
  const results = [result("ignored", "t (needs strace)")];
  assert.deepEqual(judge({ results, strict: true }), {
    passed: 0,
    failed: 1,
    remarks: ["failed: t (needs strace): must not be ignored here"],
  });
});

Deno.test("judge() lets continuous integration do without a few things", () => {
  const results = mayBeMissing.map((what) =>
    result("ignored", `t (needs ${what})`)
  );
  assert.equal(judge({ results, strict: true }).failed, 0);
});
