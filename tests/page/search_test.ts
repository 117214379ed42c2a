import assert from "node:assert/strict";
import { viewTree, WHOLE } from "../../src/formats/flame_graph/view_tree.ts";
import { matchedValue, matchOf } from "../../src/page/search.ts";
import { documentOf } from "../support/flame_profile.ts";
import { lineFrame, plainSample } from "../support/profile.ts";

const root = viewTree(
  documentOf([
    plainSample({
      frames: [lineFrame("a.py", "Load", 1), lineFrame("b.py", "loads", 2)],
      timeUs: 5,
    }),
    plainSample({ frames: [lineFrame("b.py", "save", 3)], timeUs: 7 }),
  ]),
  WHOLE,
);

const cases: readonly (readonly [term: string, matched: number])[] = [
  ["load", 5],
  ["LOADS", 5],
  ["b.py", 12],
  ["/^s.ve$/", 7],
  ["/^b/", 12],
  ["/(/", 0],
  ["nothing", 0],
  ["process", 12],
];

for (const [term, matched] of cases) {
  Deno.test(`matchOf(${term}) finds frames with ${matched} in all, nested ones once`, () => {
    assert.equal(matchedValue(root, matchOf(term)!), matched);
  });
}

Deno.test("matchOf() of blanks searches nothing", () => {
  assert.equal(matchOf("  "), null);
});
