import assert from "node:assert/strict";
import fc from "fast-check";
import {
  clustersOf,
  fitted,
  fittedEnd,
  widthOf,
} from "../../../src/views/tui/cell_text.ts";

Deno.test.each([
  ["", 0],
  ["solve", 5],
  ["größe", 5],
  ["漢字", 4],
  ["ｆｕｌｌ", 8],
  ["한글", 4],
  ["e\u0301", 1],
  ["🚀", 2],
  ["\u001b[2J", 7],
  ["a\tb", 6],
  ["\u202eevil", 10],
])("widthOf(%j) is %i", (text, width) => {
  assert.equal(widthOf(text), width);
});

Deno.test("clustersOf() keeps marks with what they mark, and not too many", () => {
  assert.deepEqual(clustersOf("\u0301e\u0301\u0302\u0303\u0304x"), [
    { text: "e\u0301\u0302\u0303", width: 1, marks: 4 },
    { text: "x", width: 1, marks: 0 },
  ]);
});

Deno.test("clustersOf() lets nothing through that acts on a terminal", () => {
  const anything = fc.string({ unit: "binary", maxLength: 30 });
  // deno-lint-ignore no-control-regex
  const harmful = /[\u0000-\u001f\u007f-\u009f\p{Cf}\p{Cs}\u2028\u2029]/u;
  fc.assert(
    fc.property(anything, (text) => {
      for (const { text: shown, width } of clustersOf(text)) {
        assert.doesNotMatch(shown, harmful);
        assert.ok(width === 1 || width === 2);
      }
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("fitted() and fittedEnd() fit, whatever is in the text", () => {
  const anything = fc.string({ unit: "grapheme", maxLength: 30 });
  fc.assert(
    fc.property(anything, fc.nat(40), (text, width) => {
      assert.ok(widthOf(fitted(text, width)) <= width);
      assert.ok(widthOf(fittedEnd(text, width)) <= width);
      if (widthOf(text) <= width) assert.equal(fitted(text, width), text);
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("fitted() keeps the beginning, fittedEnd() the end", () => {
  assert.equal(fitted("/usr/lib/python", 8), "/usr/li…");
  assert.equal(fittedEnd("/usr/lib/python", 8), "…/python");
  assert.equal(fitted("漢字漢字", 4), "漢…");
  assert.equal(fittedEnd("漢字漢字", 4), "…字");
});
