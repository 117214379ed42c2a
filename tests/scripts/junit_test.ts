import assert from "node:assert/strict";
import { readJUnit } from "../../scripts/tests/junit.ts";

// As Deno 2.9.6 writes it.
const report = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="deno test" tests="4" failures="1" errors="0" time="0.176">
    <testsuite name="./a_test.ts" tests="3" disabled="1" errors="0" failures="1">
        <testcase name="ok &lt;&amp;&quot;&gt; one" classname="./a_test.ts" time="0.000" line="1" col="6">
        </testcase>
        <testcase name="later (needs x)" classname="./a_test.ts" time="0.000" line="2" col="11">
            <skipped/>
        </testcase>
        <testcase name="bad" classname="./b_test.ts" time="0.001" line="3" col="6">
            <failure message="Uncaught Error: x
]]&gt; &lt;skipped/&gt;">Error: x
    at fn (file:///a_test.ts:3:39)</failure>
        </testcase>
        <testcase name="&amp;lt;" classname="./a_test.ts" time="0.000" line="5" col="34">
        </testcase>
    </testsuite>
</testsuites>
`;

Deno.test("readJUnit() finds every test with its outcome", () => {
  assert.deepEqual(readJUnit(report), [
    { name: 'ok <&"> one', outcome: "passed" },
    { name: "later (needs x)", outcome: "ignored" },
    { name: "bad", outcome: "failed" },
    { name: "&lt;", outcome: "passed" },
  ]);
});

Deno.test("readJUnit() finds nothing where the run left nothing", () => {
  assert.deepEqual(readJUnit(""), []);
});

Deno.test("readJUnit() reads what this deno writes", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/sample_test.ts`;
    await Deno.writeTextFile(
      file,
      `Deno.test("passes", () => {});
       Deno.test.ignore("is ignored (needs x)", () => {});
       Deno.test("fails & says <why>", () => { throw new Error("why"); });`,
    );
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["test", "--no-config", "--no-check", "--junit-path=-", file],
    }).output();
    const results = readJUnit(new TextDecoder().decode(stdout));
    assert.deepEqual(results.map(({ name, outcome }) => [name, outcome]), [
      ["passes", "passed"],
      ["is ignored (needs x)", "ignored"],
      ["fails & says <why>", "failed"],
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
