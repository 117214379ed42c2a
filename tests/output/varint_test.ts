import assert from "node:assert/strict";
import fc from "fast-check";
import { MojoCursor } from "../../src/formats/mojo_cursor.ts";
import { appendVarint, MAX_VARINT_SIZE } from "../../src/output/varint.ts";

const cases: readonly (readonly [value: number, bytes: readonly number[]])[] = [
  [0, [0x00]],
  [1, [0x01]],
  [-1, [0x41]],
  [63, [0x3f]],
  [64, [0x80, 0x01]],
  [-131, [0xc3, 0x02]],
  [19817, [0xa9, 0xb5, 0x02]],
  [-46784512, [0xc0, 0x80, 0xcf, 0x2c]],
  [94438304, [0xa0, 0x8e, 0x88, 0x5a]],
  [6159159263247, [0x8f, 0x80, 0x80, 0xa8, 0xc1, 0xe6, 0x02]],
];

for (const [value, bytes] of cases) {
  Deno.test(`appendVarint() writes ${value} as Austin does`, () => {
    assert.deepEqual(varint(value), bytes);
  });

  Deno.test(`MojoCursor.varint() reads ${value}`, () => {
    assert.equal(readVarint(bytes), value);
  });
}

Deno.test("MojoCursor.varint() reads what appendVarint() writes", () => {
  fc.assert(fc.property(fc.maxSafeInteger(), (value) => {
    const bytes = varint(value);
    assert.ok(bytes.length <= MAX_VARINT_SIZE);
    assert.equal(readVarint(bytes), value);
  }));
});

function varint(value: number): number[] {
  const bytes = new Uint8Array(16);
  return [...bytes.subarray(0, appendVarint(bytes, 0, value))];
}

function readVarint(bytes: readonly number[]): number {
  const cursor = new MojoCursor();
  cursor.append(new Uint8Array(bytes));
  const value = cursor.varint();
  assert.ok(cursor.isAtEnd);
  return value;
}
