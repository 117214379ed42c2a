import assert from "node:assert/strict";
import { MAX_SCAN_SIZE } from "../../src/limits.ts";
import { memorySource } from "../../src/memory/memory_source.ts";
import { FakeMemory } from "../support/fake_memory.ts";

function source() {
  const memory = new FakeMemory();
  memory.map(0x1000, new Uint8Array([1, 2, 3, 4]));
  return memorySource(memory);
}

Deno.test("memorySource() reads at addresses", () => {
  assert.deepEqual([...source().read(0x1001, 2)!], [2, 3]);
});

Deno.test.each([
  [0x1002, 3],
  [0x2000, 1],
  [-8, 4],
  [4096.5, 1],
  [Number.NaN, 1],
  [2 ** 64, 1],
  [0x1000, -1],
  [0x1000, MAX_SCAN_SIZE + 1],
])(
  "memorySource() gives null for what is not there: %d, %d bytes",
  (at, size) => {
    assert.equal(source().read(at, size), null);
  },
);
