import assert from "node:assert/strict";
import fc from "fast-check";
import { openShim } from "../../ffi/shim.ts";
import { sameBytes } from "../../src/memory/same_bytes.ts";

// Outside of tests, as it is never unloaded.
const shim = openShim();

Deno.test.each(
  [
    ["all", [1, 2, 3, 4], 0, [1, 2, 3, 4], 0, 4, 4],
    ["nothing", [1, 2, 3, 4], 0, [9, 2, 3, 4], 0, 4, 0],
    ["up to the first that differs", [1, 2, 3, 4], 0, [1, 2, 9, 4], 0, 4, 2],
    ["from a place on", [1, 2, 3, 4], 1, [9, 2, 3, 9], 1, 3, 2],
    ["from different places on", [1, 2, 3, 4], 1, [2, 3, 9], 0, 3, 2],
    ["no more than asked for", [1, 2, 3, 4], 1, [1, 2, 3, 4], 1, 2, 2],
  ] as [string, number[], number, number[], number, number, number][],
)(
  "sameBytes() counts bytes that are the same: %s",
  (_name, a, aFrom, b, bFrom, size, same) => {
    const bytes = [new Uint8Array(a), new Uint8Array(b)] as const;
    assert.equal(sameBytes(bytes[0], aFrom, bytes[1], bFrom, size), same);
  },
);

Deno.test("the shim compares as sameBytes() does", () => {
  const changes = fc.array(fc.nat(1999), { maxLength: 3 });
  fc.assert(
    fc.property(
      ...[changes, fc.nat(999), fc.nat(999), fc.nat(1000)] as const,
      (at, aFrom, bFrom, size) => {
        const a = new Uint8Array(2000).map((_, i) => i - aFrom);
        const b = new Uint8Array(2000).map((_, i) => i - bFrom);
        for (const index of at) b[index]! ^= 1;
        const counts = [shim.sameBytes, sameBytes].map((f) =>
          f(a, aFrom, b, bFrom, size)
        );
        assert.equal(counts[0], counts[1]);
      },
    ),
  );
});
