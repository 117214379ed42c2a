import assert from "node:assert/strict";
import { viewTree, WHOLE } from "../../src/formats/flame_graph/view_tree.ts";
import { functionRows } from "../../src/page/function_table.ts";
import { documentOf } from "../support/flame_profile.ts";
import { lineFrame, plainSample } from "../support/profile.ts";

Deno.test("functionRows() counts a recursion once, and all threads together", () => {
  const [f, g] = [lineFrame("a.py", "f", 1), lineFrame("a.py", "g", 2)];
  const samples = [
    plainSample({ tid: 1, frames: [f, g, f, f], timeUs: 5 }),
    plainSample({ tid: 2, frames: [f, g], timeUs: 7 }),
    plainSample({ tid: 2, frames: [g], timeUs: 11 }),
  ];
  const rows = functionRows(viewTree(documentOf(samples), WHOLE))
    .map(({ name, own, total }) => [name, own, total]);
  assert.deepEqual(rows.sort(), [["f", 5, 12], ["g", 18, 23]]);
});
