import assert from "node:assert/strict";
import { documents, withOptions } from "../../scripts/docs.ts";
import { root } from "../../scripts/tree.ts";
import { ExitCode } from "../../src/errors.ts";

const readme = await Deno.readTextFile(
  new URL("../../README.md", import.meta.url),
);

for (const [path, text] of Object.entries(documents(readme))) {
  Deno.test(`${path} says of the options what the program does (deno task docs)`, async () => {
    assert.equal(await Deno.readTextFile(`${root}/${path}`), text);
  });
}

Deno.test("README has every exit code", () => {
  for (const [name, code] of Object.entries(ExitCode)) {
    const row = new RegExp(`^\\| (\\d+, )*${code}(, \\d+)* +\\|`, "m");
    assert.match(readme, row, `${name} (${code})`);
  }
});

Deno.test("withOptions() refuses a text without a place for them", () => {
  assert.throws(() => withOptions("# austin"), /no options block/);
});
