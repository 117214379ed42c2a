import assert from "node:assert/strict";
import fc from "fast-check";
import type { LineTableKind } from "../../src/python/layouts/layout.ts";
import { findLocation } from "../../src/python/line_table.ts";
import { encodeLines, signedVarint, varint } from "../support/line_tables.ts";

const KINDS: LineTableKind[] = ["lnotab", "ranges", "locations"];
const NOWHERE = { line: 0, endLine: 0, column: 0, endColumn: 0 };
const TABLE = fc.uint8Array({ maxLength: 200 });
const LINE = fc.integer({ min: -10, max: 2 ** 31 - 1 });
const INDEX = fc.integer({ min: -2, max: 5000 });

function lineAt(
  kind: LineTableKind,
  bytes: readonly number[],
  index: number,
): number {
  return findLocation(kind, new Uint8Array(bytes), 10, index).line;
}

function locationAt(index: number, ...bytes: number[]): number[] {
  const location = findLocation("locations", new Uint8Array(bytes), 10, index);
  const { line, endLine, column, endColumn } = location;
  return [line, endLine, column, endColumn];
}

/** First byte of an entry of a location table. */
function head(kind: number, units: number): number {
  return 0x80 | kind << 3 | units - 1;
}

Deno.test.each(KINDS.map((kind) => [kind] as const))(
  "findLocation() gives the first line before the first instruction: %s",
  (kind) => assert.equal(lineAt(kind, [2, 1, 2, 1], -2), 10),
);

Deno.test.each(KINDS.map((kind) => [kind] as const))(
  "findLocation() knows the line of every code unit: %s",
  (kind) => {
    const line = fc.integer({ min: 1, max: 10_000 });
    const lines = fc.array(line, { minLength: 1, maxLength: 300 });
    fc.assert(fc.property(lines, line, (lines, firstLine) => {
      const table = encodeLines(kind, firstLine, lines);
      const found = lines.map((_, unit) =>
        findLocation(kind, table, firstLine, unit * 2).line
      );
      assert.deepEqual(found, lines);
    }));
  },
);

Deno.test.each(KINDS.map((kind) => [kind] as const))(
  "findLocation() takes any bytes and reads nothing around them: %s",
  (kind) => {
    const around = fc.tuple(fc.nat(255), TABLE, LINE, INDEX);
    fc.assert(fc.property(around, ([byte, table, firstLine, index]) => {
      const larger = new Uint8Array(table.length + 40).fill(byte);
      larger.set(table, 20);
      const inside = larger.subarray(20, 20 + table.length);
      const location = findLocation(kind, inside, firstLine, index);
      assert.deepEqual(location, findLocation(kind, table, firstLine, index));
      for (const value of Object.values(location)) {
        assert.ok(Number.isSafeInteger(value) && value >= 0, `${value}`);
      }
    }));
  },
);

Deno.test("findLocation() ends in a table of the largest size", () => {
  for (const kind of KINDS) {
    for (const byte of [0x00, 0x7f, 0x80, 0xf0, 0xf8, 0xff]) {
      const table = new Uint8Array(1024 * 1024).fill(byte);
      findLocation(kind, table, 1, 2 ** 31);
    }
  }
});

// 3.9 Objects/lnotab_notes.txt
Deno.test.each([
  ["the entry that covers it", [6, 1, 44, 5], 7, 11],
  ["the first line before any entry", [6, 1], 5, 10],
  ["an entry that begins there", [6, 1], 6, 11],
  ["several entries for one address", [6, 127, 0, 127], 6, 264],
  ["a distance above 255", [255, 0, 45, 1], 299, 10],
  ["a line that is before the one above", [2, 5, 2, 0xfd], 4, 12],
  ["the last line after the last entry", [2, 1], 1000, 11],
  ["the first line without a table", [], 4, 10],
  ["only whole pairs", [2, 1, 2], 6, 11],
])("findLocation() in lnotab: %s", (_name, table, index, line) => {
  assert.equal(lineAt("lnotab", table, index), line);
});

// 3.10 Objects/lnotab_notes.txt
Deno.test.each([
  ["the range that covers it", [4, 0, 6, 2], 4, 12],
  ["the end is not in the range", [4, 0, 6, 2], 3, 10],
  ["a range without a line", [4, 0, 2, 128, 2, 1], 4, 0],
  ["a line after one without", [4, 0, 2, 128, 2, 1], 6, 11],
  ["empty ranges only move the line", [0, 127, 0, 127, 2, 1], 0, 265],
  ["nowhere after the last range", [4, 0], 4, 0],
  ["nowhere without a table", [], 0, 0],
  ["a line before the first", [2, 0xfe], 0, 8],
  ["no line below 1", [2, 0x85], 0, 0],
])("findLocation() in ranges: %s", (_name, table, index, line) => {
  assert.equal(lineAt("ranges", table, index), line);
});

// 3.11 Objects/locations.md
Deno.test.each([
  ["short form", [head(3, 1), 0x25], [10, 10, 27, 32]],
  ["one line, same", [head(10, 1), 4, 9], [10, 10, 5, 10]],
  ["one line, next", [head(11, 1), 4, 9], [11, 11, 5, 10]],
  ["one line, the one after", [head(12, 1), 200, 255], [12, 12, 201, 256]],
  ["no columns", [head(13, 1), ...signedVarint(-3)], [7, 7, 0, 0]],
  ["no location", [head(15, 1)], [0, 0, 0, 0]],
  ["nowhere behind the last entry", [], [0, 0, 0, 0]],
  ["no line below 1", [head(13, 1), ...signedVarint(-10)], [0, 0, 0, 0]],
  ["long form", [
    head(14, 1),
    ...signedVarint(70),
    ...varint(3),
    ...varint(301),
    ...varint(5),
  ], [80, 83, 301, 5]],
  ["long form without columns", [head(14, 1), 2, 0, 0, 0], [11, 11, 0, 0]],
])("findLocation() in locations: %s", (_name, table, expected) => {
  assert.deepEqual(locationAt(0, ...table), expected);
});

Deno.test("findLocation() in locations: entries cover one to eight code units", () => {
  const table = [
    ...[head(10, 8), 0, 1],
    ...[head(15, 2)],
    ...[head(11, 1), 0, 1],
  ];
  const lines = [0, 15, 16, 19, 20, 21, 22].map((index) =>
    locationAt(index, ...table)[0]
  );
  assert.deepEqual(lines, [10, 10, 0, 0, 11, 11, 0]);
});

Deno.test.each([
  ["short form", [head(0, 1)]],
  ["one line", [head(11, 1), 3]],
  ["long form", [head(14, 1), 0x40]],
  ["a number without an end", [head(14, 1), ...Array(60).fill(0x7f)]],
])(
  "findLocation() in locations takes an entry that is cut: %s",
  (_name, table) => {
    assert.ok(locationAt(0, ...table).every((value) => value >= 0));
  },
);

Deno.test("findLocation() gives no location to any instruction of an empty table", () => {
  for (const kind of ["ranges", "locations"] as const) {
    assert.deepEqual(findLocation(kind, new Uint8Array(), 10, 0), NOWHERE);
  }
});
