import assert from "node:assert/strict";
import { openSnapshot } from "../../src/memory/narrow_snapshot.ts";
import { FakeMemory } from "../support/fake_memory.ts";

const BASE = 0xf7f1_2000;

Deno.test("openSnapshot() reads pointers of the size that it is told", () => {
  const memory = new FakeMemory();
  memory.map(BASE, new Uint8Array([1, 2, 3, 0xf4, 5, 0, 0, 0]));
  const pointers = ([4, 8] as const).map((size) => {
    const snapshot = openSnapshot(size, memory, 1 << 20);
    const at = snapshot.locate(BASE, size);
    return [snapshot.pointer(at), snapshot.high(at)];
  });
  assert.deepEqual(pointers, [[0xf403_0201, 0], [0x5_f403_0201, 5]]);
});
