import assert from "node:assert/strict";
import { GAP_BOUNDS, gapShares, shareMet } from "./deadlines.ts";

Deno.test.each(
  [
    ["on time", [0, 100, 200, 300], 1],
    ["late by a bit each time", [3, 108, 204, 349], 1],
    ["one is missing", [0, 100, 300, 400], 4 / 5],
    ["two come at once after a pause", [0, 300, 301, 400], 3 / 5],
    ["half as often", [0, 200, 400, 600, 800], 5 / 9],
  ] as [string, number[], number][],
)("shareMet() counts deadlines with a sample: %s", (_name, times, share) => {
  assert.equal(shareMet(times, 100), share);
});

Deno.test("gapShares() sorts gaps by their length", () => {
  const shares = gapShares([0, 100, 140, 280, 2000], 100);
  const byBound = new Map(GAP_BOUNDS.map((bound, i) => [bound, shares[i]]));
  assert.equal(byBound.get(0.5), 1 / 4);
  assert.equal(byBound.get(1.1), 1 / 4);
  assert.equal(byBound.get(1.5), 1 / 4);
  assert.equal(byBound.get(100), 1 / 4);
});
