import assert from "node:assert/strict";
import fc from "fast-check";
import { openShim } from "../../ffi/shim.ts";
import { sameBytes } from "../../src/memory/same_bytes.ts";

// Outside of tests, as it is never unloaded.
const shim = openShim();

Deno.test.each(
  [
    ["all", [1, 2, 3, 4], [1, 2, 3, 4], 0, 4, 4],
    ["nothing", [1, 2, 3, 4], [9, 2, 3, 4], 0, 4, 0],
    ["up to the first that differs", [1, 2, 3, 4], [1, 2, 9, 4], 0, 4, 2],
    ["from a place on", [1, 2, 3, 4], [9, 2, 3, 9], 1, 3, 2],
    ["no more than asked for", [1, 2, 3, 4], [1, 2, 3, 4], 1, 2, 2],
  ] as [string, number[], number[], number, number, number][],
)(
  "sameBytes() counts bytes that are the same: %s",
  (_name, a, b, from, size, same) => {
    const count = sameBytes(new Uint8Array(a), new Uint8Array(b), from, size);
    assert.equal(count, same);
  },
);

Deno.test("the shim compares as sameBytes() does", () => {
  const changes = fc.array(fc.nat(1999), { maxLength: 3 });
  fc.assert(
    fc.property(changes, fc.nat(1999), fc.nat(2000), (at, from, most) => {
      const a = new Uint8Array(2000).map((_, i) => i);
      const b = a.slice();
      for (const index of at) b[index]! ^= 1;
      const size = Math.min(most, a.length - from);
      const counts = [shim.sameBytes, sameBytes].map((f) =>
        f(a, b, from, size)
      );
      assert.equal(counts[0], counts[1]);
    }),
  );
});
