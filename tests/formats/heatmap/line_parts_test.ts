import assert from "node:assert/strict";
import fc from "fast-check";
import { lineParts } from "../../../src/formats/heatmap/line_parts.ts";

function range(column: number, endColumn: number, own: number) {
  return { column, endColumn, heat: { own: [own], total: [own] } };
}

function shown(
  ...args: Parameters<typeof lineParts>
): [string, number | null][] {
  return lineParts(...args).map(({ text, heat }) => [
    text,
    heat?.own[0] ?? null,
  ]);
}

Deno.test("lineParts() gives each part to the smallest expression around it", () => {
  assert.deepEqual(shown("  f(g(x))", [range(3, 10, 1), range(5, 9, 2)]), [
    ["  ", null],
    ["f(", 1],
    ["g(x)", 2],
    [")", 1],
  ]);
});

Deno.test("lineParts() counts columns in bytes", () => {
  assert.deepEqual(shown("é = f(ü)", [range(6, 11, 3)]), [
    ["é = ", null],
    ["f(ü)", 3],
  ]);
});

Deno.test("lineParts() takes what goes on elsewhere to the end of the line", () => {
  assert.deepEqual(shown("f(", [range(1, Infinity, 1)]), [["f(", 1]]);
});

Deno.test("lineParts() loses no text, whatever the columns", () => {
  const column = fc.integer({ min: 1, max: 30 });
  const ranges = fc.array(
    fc.tuple(column, column).map(([a, b]) => range(a, b, 1)),
  );
  const ascii = fc.stringMatching(/^[ -~]{0,20}$/);
  fc.assert(fc.property(ascii, ranges, (text, ranges) => {
    const parts = lineParts(text, ranges);
    assert.equal(parts.map(({ text }) => text).join(""), text);
  }));
});
