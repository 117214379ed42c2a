import assert from "node:assert/strict";
import { ThreadIdFinder } from "../../src/python/thread_id.ts";
import { FakeMemory } from "../support/fake_memory.ts";

const BASE = 0x7f12_3456_0000;
const SIZE = 4096;
const GLIBC_OFFSET = 720;

/** A process with one `struct pthread` for each of the offsets at which its thread id is. */
function process(...places: (readonly [tid: number, offset: number])[]) {
  const memory = new FakeMemory();
  const pthreads = places.map(([tid, offset], i) => {
    const address = memory.map(BASE + i * 2 * SIZE, SIZE);
    memory.u32(address + offset, tid);
    return address;
  });
  const tids = new Set(places.map(([tid]) => tid));
  const finder = new ThreadIdFinder(memory, () => tids);
  return { memory, pthreads, tids, finder };
}

Deno.test("ThreadIdFinder.find() finds the id where glibc has it", () => {
  const { finder, pthreads } = process([1234, GLIBC_OFFSET]);
  assert.equal(finder.find(pthreads[0]!), 1234);
});

Deno.test("ThreadIdFinder.find() learns where another C library has it", () => {
  const { finder, pthreads } = process([1234, 48], [1235, 48]);
  assert.deepEqual(pthreads.map((one) => finder.find(one)), [1234, 1235]);
});

Deno.test("ThreadIdFinder.find() reads one number once it has learnt the place", () => {
  const { finder, pthreads, memory } = process([12, 720], [13, 720]);
  finder.find(pthreads[0]!);
  const { reads } = memory;
  assert.equal(finder.find(pthreads[1]!), 13);
  assert.equal(memory.reads, reads + 1);
});

Deno.test("ThreadIdFinder.find() learns from a struct that ends early", () => {
  const { finder, pthreads } = process([1234, SIZE - 4]);
  assert.equal(finder.find(pthreads[0]! + SIZE - 100), 1234);
});

Deno.test("ThreadIdFinder.find() gives 0 for what is no thread, and learns from the next", () => {
  const { finder, pthreads, memory } = process([1234, GLIBC_OFFSET]);
  const empty = memory.map(BASE - 4 * SIZE, SIZE);
  assert.equal(finder.find(empty), 0);
  assert.equal(finder.find(0), 0);
  assert.equal(finder.find(2 ** 64), 0);
  assert.equal(finder.find(pthreads[0]!), 1234);
  assert.equal(finder.find(0x1000), 0);
});
