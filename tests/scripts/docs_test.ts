import assert from "node:assert/strict";
import { withOptions } from "../../scripts/docs.ts";
import { ExitCode } from "../../src/errors.ts";

const readme = await Deno.readTextFile(
  new URL("../../README.md", import.meta.url),
);

Deno.test("README has the options that the program has (deno task docs)", () => {
  assert.equal(withOptions(readme), readme);
});

Deno.test("README has every exit code", () => {
  for (const [name, code] of Object.entries(ExitCode)) {
    const row = new RegExp(`^\\| (\\d+, )*${code}(, \\d+)* +\\|`, "m");
    assert.match(readme, row, `${name} (${code})`);
  }
});

Deno.test("withOptions() refuses a text without a place for them", () => {
  assert.throws(() => withOptions("# austin"), /no options block/);
});
