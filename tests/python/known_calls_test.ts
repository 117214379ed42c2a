import assert from "node:assert/strict";
import { Evidence, KnownCalls } from "../../src/python/known_calls.ts";

const CODE = [0x1234_5670, 0x7f00] as const;

function noted(...evidence: Evidence[]): KnownCalls {
  const known = new KnownCalls();
  for (const one of evidence) known.note(7, ...CODE, one);
  return known;
}

Deno.test("KnownCalls.isKnown() knows nothing at first", () => {
  assert.equal(noted().isKnown(7, ...CODE), false);
  assert.equal(noted().isKnown(0, 0, 0), false);
});

Deno.test("KnownCalls.isKnown() believes a call that was proven three times", () => {
  const { proof } = Evidence;
  assert.equal(noted(proof, proof).isKnown(7, ...CODE), false);
  const known = noted(proof, proof, proof);
  assert.equal(known.isKnown(7, ...CODE), true);
  assert.equal(known.isKnown(8, ...CODE), false);
  assert.equal(known.isKnown(7, CODE[0] + 16, CODE[1]), false);
  assert.equal(known.isKnown(7, CODE[0], CODE[1] + 1), false);
});

Deno.test("KnownCalls.isKnown() believes a call of which there were many signs", () => {
  const signs = Array(12).fill(Evidence.sign);
  assert.equal(noted(...signs.slice(1)).isKnown(7, ...CODE), false);
  assert.equal(noted(...signs).isKnown(7, ...CODE), true);
});

Deno.test.each(
  [
    ["is rarely proven", Evidence.none, 100],
    ["another call disproves", Evidence.doubt, 5],
    ["goes by way of another frame", Evidence.contrary, 5],
  ] as const,
)(
  "KnownCalls.isKnown() does not believe a call that %s",
  (_name, against, times) => {
    const { proof } = Evidence;
    const round = [proof, ...Array(times).fill(against)];
    const many = Array(50).fill(round).flat();
    assert.equal(noted(...many).isKnown(7, ...CODE), false);
  },
);

Deno.test("KnownCalls.isKnown() doubts again what was believed", () => {
  const proofs = Array(100).fill(Evidence.proof);
  const against = Array(4).fill(Evidence.contrary);
  assert.equal(noted(...proofs, ...against).isKnown(7, ...CODE), false);
});

Deno.test("KnownCalls.note() takes any number of calls", () => {
  const known = new KnownCalls();
  for (let i = 0; i < 200_000; i++) {
    for (let n = 0; n < 3; n++) known.note(i, i * 16, 1, Evidence.proof);
    assert.equal(known.isKnown(i, i * 16, 1), true);
  }
});

const CALLER_CODE = 0x2345_6780;
const [LINE, NEXT_LINE] = [7, 8];

/** @returns whether the next line is a usual one, after it and the line before were seen so many times. */
function isUsual(known: KnownCalls, seen: number, seenNext: number): boolean {
  for (let i = 0; i < seen; i++) known.see(LINE, CALLER_CODE, ...CODE);
  for (let i = 1; i < seenNext; i++) known.see(NEXT_LINE, CALLER_CODE, ...CODE);
  return known.see(NEXT_LINE, CALLER_CODE, ...CODE);
}

Deno.test("KnownCalls.see() finds a line usual that is seen nearly as often as another", () => {
  assert.equal(isUsual(new KnownCalls(), 0, 1), true);
  assert.equal(isUsual(new KnownCalls(), 80, 10), true);
  assert.equal(isUsual(new KnownCalls(), 80, 9), false);
});

Deno.test("KnownCalls.see() compares lines of one caller that call the same", () => {
  const known = new KnownCalls();
  assert.equal(isUsual(known, 80, 1), false);
  assert.equal(known.see(NEXT_LINE, CALLER_CODE + 16, ...CODE), true);
  assert.equal(known.see(NEXT_LINE, CALLER_CODE, CODE[0] + 16, CODE[1]), true);
});

Deno.test("KnownCalls.see() forgets by and by what was usual", () => {
  const known = new KnownCalls();
  assert.equal(isUsual(known, 1_000_000, 1), false);
  assert.equal(isUsual(known, 0, 128), true);
  assert.equal(isUsual(known, 0, 1_000_000), true);
  assert.equal(known.see(LINE, CALLER_CODE, ...CODE), false);
});
