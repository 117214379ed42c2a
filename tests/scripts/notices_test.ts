import assert from "node:assert/strict";
import {
  checkNotices,
  NOTICES,
  noticesOf,
  packagesOf,
} from "../../scripts/notices.ts";
import { bundleProgram } from "../../scripts/pack/bundle.ts";
import { root } from "../../scripts/tree.ts";

const text = await Deno.readTextFile(`${root}/${NOTICES}`);

Deno.test("the notices are those of everything that is bundled (deno task docs)", async () => {
  const { inputs } = await bundleProgram(`${root}/main.ts`);
  const packages = packagesOf(inputs);
  assert.equal(text, await noticesOf(packages));
  // What the page draws with, and what is loaded only for a format.
  for (const name of ["d3-flame-graph", "d3-scale", "pprof-format"]) {
    assert.ok(packages.some((found) => found.startsWith(`${name}@`)), name);
  }
});

Deno.test("the notices hold what each licence wants to be handed on", () => {
  for (
    const line of [
      "Copyright 2022 DataDog Inc.",
      "Datadog pprof-format",
      "the V8 project authors",
      "the Deno authors",
      "GNU LESSER GENERAL PUBLIC LICENSE",
    ]
  ) assert.ok(text.includes(line), line);
});

Deno.test("checkNotices() names a package that nobody gave notice of", async () => {
  const path = "node_modules/.deno/@a+left-pad@1.0.0/node_modules/@a/x.js";
  assert.deepEqual(packagesOf([path, "main.ts"]), ["@a/left-pad@1.0.0"]);
  await assert.rejects(checkNotices([path]), {
    message: `Cannot bundle: ${NOTICES} lacks @a/left-pad@1.0.0`,
  });
  await checkNotices(["main.ts"]);
});

Deno.test("packagesOf() refuses a package that it cannot name", () => {
  assert.throws(
    () => packagesOf(["node_modules/left-pad/index.js"]),
    /Cannot tell/,
  );
});

Deno.test("noticesOf() refuses a package without a licence", async () => {
  await assert.rejects(noticesOf(["nothing@1.0.0"]));
});
