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
    ["is rarely proven", Evidence.none],
    ["another call disproves", Evidence.doubt],
    ["goes by way of another frame", Evidence.contrary],
  ] as const,
)("KnownCalls.isKnown() does not believe a call that %s", (_name, against) => {
  const { proof } = Evidence;
  const round = [proof, against, against, against, against, against];
  const many = Array(50).fill(round).flat();
  assert.equal(noted(...many).isKnown(7, ...CODE), false);
});

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
